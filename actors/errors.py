"""What can go wrong, as one tree. Each error has a code word and a sentence safe to show.

    FediError
    ├── Invalid          the asker sent something that cannot be read         400 / 422
    │   └── TooLarge     more bytes, depth or items than we take              413
    ├── Unauthorized     no signature or token, or one that does not hold     401
    ├── Forbidden        known asker, not allowed                             403
    ├── NotFound         not there, or not for this asker to know             404
    │   └── Gone         was there, and the asker could have seen it          410
    ├── WrongMethod      there, but not to be asked in this way               405
    ├── Conflict         somebody else changed it meanwhile                    409
    ├── NotAcceptable    we have it, in none of the forms asked for           406
    ├── WrongType        a content type we do not read here                   415
    ├── TooMany          slow down; `retry_after` seconds                     429
    ├── Unavailable      try again later; `retry_after` seconds               503
    └── FetchError       what we asked another server for did not come
        ├── FetchRefused our own guard would not connect or read on
        ├── FetchTimeout a deadline passed, or the connection broke
        └── FetchAnswered the other server answered with `status`

A Refusal (actors.effects) is a value, not an exception: a rule that says no has not failed.
Only `sentence` ever leaves the house; `detail` is for the log.
"""


class FediError(Exception):
    code = "error"
    status = 500
    about = ""
    """Whom or what the sentence names, for saying it in other words."""

    def __init__(self, sentence: str, *, code: str | None = None, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        if code is not None:
            self.code = code


class Invalid(FediError):
    code = "invalid"
    status = 400


class TooLarge(Invalid):
    code = "too_large"
    status = 413


class Unauthorized(FediError):
    code = "unauthorized"
    status = 401


class Forbidden(FediError):
    code = "forbidden"
    status = 403


class NotFound(FediError):
    code = "not_found"
    status = 404


class Gone(NotFound):
    code = "gone"
    status = 410


class WrongMethod(FediError):
    code = "wrong_method"
    status = 405


class Conflict(FediError):
    code = "conflict"
    status = 409


class NotAcceptable(FediError):
    code = "not_acceptable"
    status = 406


class WrongType(FediError):
    code = "wrong_type"
    status = 415


class TooMany(FediError):
    code = "too_many"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int = 60, detail: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.retry_after = retry_after


class Unavailable(FediError):
    code = "unavailable"
    status = 503

    def __init__(self, sentence: str, *, retry_after: int = 60, detail: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.retry_after = retry_after


class FetchError(FediError):
    code = "fetch_failed"
    status = 502


class FetchRefused(FetchError):
    code = "fetch_refused"


class FetchTimeout(FetchError):
    code = "fetch_timeout"


class FetchAnswered(FetchError):
    code = "fetch_answered"

    def __init__(
        self, sentence: str, *, answered: int, retry_after: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.answered = answered
        self.retry_after = retry_after
