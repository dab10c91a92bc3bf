"""`python -m fedi` is the command `fedi`."""

from fedi.cli import main

if __name__ == "__main__":
    main()
