"""The child process: reads one errand, locks itself in, makes the file ready, answers, ends.

`python -m fedi.media.worker` with an Errand as JSON on standard input; Ready or Refused as JSON on
standard output. Started, timed and killed by workshop.py. Decoders are imported here and nowhere
else in the house.
"""

import sys
from pathlib import Path
from typing import Final

import msgspec

import actors
import fedi
from fedi.media.confinement import Bounds, confine
from fedi.media.errand import Errand, Ready, Refused, Unusable
from fedi.media.kinds import GIF, OFFICE, PDF, Family, Kind, sniff
from fedi.media.programs import end_with_parent

_SYSTEM: Final = (
    *("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives"),
    *("/dev/urandom", "/proc/self", "/proc/cpuinfo", "/sys/devices/system/cpu"),
    *("/var/cache/fontconfig", "/nix/store"),
)


def readable() -> list[Path]:
    """Return what decoders need to read: libraries, fonts, and our own code; no data of ours."""
    code = [Path(package.__file__).parent for package in (actors, fedi) if package.__file__]
    libraries = [Path(sys.base_prefix, "lib"), Path(sys.prefix, "lib"), Path(sys.prefix, "bin")]
    packages = [path for path in map(Path, sys.path) if path.name.endswith("-packages")]
    return [*map(Path, _SYSTEM), *libraries, *packages, *code]


def work(errand: Errand) -> Ready:
    """Make one file ready in this process. Unusable where it can't be."""
    kind = _known(errand)
    if errand.task == "preview":
        from fedi.media import still

        return still.thumbnail(errand, kind)
    if errand.task == "portrait":
        from fedi.media import still

        return still.portrait(errand, kind)
    return _attachment(errand, kind)


def _known(errand: Errand) -> Kind:
    """Look once more what the file is: the child believes nothing it is told."""
    with open(errand.source, "rb") as file:
        kind = sniff(file.read(4096))
    if kind is None or kind.suffix != errand.suffix:
        raise Unusable("That file changed while it was looked at.")
    return kind


def _attachment(errand: Errand, kind: Kind) -> Ready:
    from fedi.media import moving, paper, still

    if kind is PDF:
        return paper.pdf(errand)
    if kind is OFFICE:
        return paper.office(errand)
    if kind.family is Family.FILM:
        return moving.film(errand, kind)
    if kind.family is Family.SOUND:
        return moving.sound(errand, kind)
    if kind is GIF and errand.ffmpeg and still.moves(errand, kind):
        return moving.moving_picture(errand, kind)
    return still.picture(errand, kind)


def main() -> None:
    """Do the one errand on standard input."""
    end_with_parent()
    errand = msgspec.json.decode(sys.stdin.buffer.read(65_536), type=Errand)
    bounds = Bounds(errand.memory, errand.processor, errand.file)
    programs = (errand.ffmpeg, errand.ffprobe, errand.pdftoppm)
    places = {Path(program).parent for program in programs if program}
    allowed = [*readable(), *places, Path(errand.source)]
    missing = confine(bounds, allowed, Path(errand.folder))
    answer: Ready | Refused
    try:
        answer = msgspec.structs.replace(work(errand), unconfined=missing)
    except Unusable as problem:
        answer = Refused(sentence=problem.sentence, detail=problem.detail)
    except MemoryError:
        answer = Refused(sentence="That file takes more memory to read than it is worth.")
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
