"""One file over HTTP: resumed where it was cut, tried again where that may help, checked before it gets its name."""

import errno
import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from cnnviz.networks.weights import WeightsError, WeightsFile, megabytes, own_folder, verify

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 15.0  # seconds without a byte
PAUSES = (0.5, 1.0, 2.0)  # seconds before the tries after a failed one; a try that brought bytes starts them anew
MAX_TRIES = 20
CHUNK = 256 * 1024


class Stopped(Exception):
    """Someone asked for the transfer to end."""


class Interrupted(Exception):
    """It broke off in a way that another try may mend; the message says how."""


@dataclass(frozen=True)
class Target:
    """What is fetched, where it goes, and the flag that ends it."""

    file: WeightsFile
    path: Path
    stop: threading.Event

    @property
    def part(self) -> Path:
        return self.path.with_name(self.path.name + ".part")

    @property
    def validator(self) -> Path:
        """The server's mark of the version that `part` was begun from (its ETag, or date of change)."""
        return self.path.with_name(self.path.name + ".part.version")


def source_url(file: WeightsFile) -> str:
    """Where the file is fetched from: its publisher, or the mirror whose folder $CNNVIZ_WEIGHTS_URL names."""
    mirror = os.environ.get("CNNVIZ_WEIGHTS_URL")
    return f"{mirror.rstrip('/')}/{file.name}" if mirror else file.url


def final_url(file: WeightsFile) -> str:
    """The address as visitors and the log may read it: a mirror's may hold a name and a password before an @.

    >>> final_url(WeightsFile("tiny-00000000.pth", "https://school:secret@example.org/tiny-00000000.pth", 1))
    '…@example.org/tiny-00000000.pth'
    """
    _, at, rest = source_url(file).rpartition("@")
    return f"…@{rest}" if at else rest


def transfer(target: Target, received: Callable[[int, int], None], check_begins: Callable[[], None]) -> None:
    """Fetch, check, and give the file its name; WeightsError in a sentence, or Stopped."""
    try:
        _try_and_try_again(target, received, check_begins)
    except OSError as error:  # of this machine's disk: those of the network are caught where they arise
        raise WeightsError(disk_sentence(target.file, target.path.parent, error)) from error


def disk_sentence(file: WeightsFile, folder: Path, error: OSError) -> str:
    """What to tell when the folder for weights is full, read-only, or no folder at all."""
    size = megabytes(file.approx_size)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"{file.name} needs {size}, and the disk that holds {folder} is full. Make room, or set "
            f"CNNVIZ_WEIGHTS_DIR to a folder on another disk."
        )
    if error.errno == errno.EFBIG:
        return (
            f"{file.name} ({size}) cannot be kept: a file may not become so large in {folder}, or for this process. "
            f"Set CNNVIZ_WEIGHTS_DIR to a folder on another disk, or raise the limit."
        )
    return (
        f"{file.name} ({size}) cannot be kept: the folder {folder} cannot be written to. Set CNNVIZ_WEIGHTS_DIR to "
        f"a folder that can, or have the file put there."
    )


def _try_and_try_again(target: Target, received: Callable[[int, int], None], check_begins: Callable[[], None]) -> None:
    failures = 0
    for _ in range(MAX_TRIES):
        before = _size(target.part)
        try:
            resumed = _receive(target, received)
        except Interrupted as error:
            failures = 0 if _size(target.part) > before else failures + 1
            if failures > len(PAUSES):
                raise WeightsError(f"{target.file.name} could not be fetched: {error} {_by_hand(target)}") from error
            if target.stop.wait(PAUSES[max(0, failures - 1)]):
                raise Stopped from error
            continue
        check_begins()
        if verify(target.part, target.file):
            target.part.replace(target.path)
            target.validator.unlink(missing_ok=True)
            return
        _discard(target)
        if not resumed:  # else the earlier part may have been the wrong one: once more from the start
            raise WeightsError(
                f"What {_host(target)} sent as {target.file.name} is not that file: its content does not match its "
                f"name. {_by_hand(target)}"
            )
    raise WeightsError(f"{target.file.name} broke off {MAX_TRIES} times. {_by_hand(target)}")


def _receive(target: Target, received: Callable[[int, int], None]) -> bool:
    """One request, its answer written behind what is there; whether it went on with an earlier part."""
    have = _size(target.part)
    with _ask(target, have) as response:
        if response.status_code == 416:  # nothing comes after the part: it is whole, or not a beginning of this file
            if verify(target.part, target.file):
                return True
            _discard(target)
            raise Interrupted("what had arrived earlier did not fit.")
        _check_answer(target, response)
        resumed = response.status_code == 206 and _range_start(response) == have
        if response.status_code == 206 and not resumed:
            _discard(target)
            raise Interrupted(f"{_host(target)} answered with another part than was asked for.")
        try:
            _write(target, response, have if resumed else 0, received)
        except HTTPError as error:
            raise Interrupted("the connection broke off.") from error
    return resumed and have > 0


def _ask(target: Target, have: int) -> requests.Response:
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        version = target.validator.read_text(encoding="utf-8") if target.validator.exists() else ""
        if version:
            headers["If-Range"] = version
    try:
        return requests.get(
            source_url(target.file), headers=headers, stream=True, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT)
        )
    except (requests.RequestException, ValueError) as error:  # urllib3 itself refuses some addresses
        if isinstance(error, requests.exceptions.SSLError):
            reason = f"{_host(target)} could not show a certificate this machine trusts."
        elif isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or _never_connected(error):
            reason = f"{_host(target)} cannot be reached; this machine is probably offline."
        elif isinstance(error, requests.Timeout):
            raise Interrupted(f"{_host(target)} did not answer within {READ_TIMEOUT:.0f} s.") from error
        elif isinstance(error, requests.ConnectionError):
            raise Interrupted("the connection broke off.") from error
        else:
            reason = f"{final_url(target.file)} is not an address one can fetch from."
        raise WeightsError(f"{target.file.name} could not be fetched: {reason} {_by_hand(target)}") from error


def _never_connected(error: Exception) -> bool:
    """Refused, or no such host; a second try would take time and answer the same."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _check_answer(target: Target, response: requests.Response) -> None:
    status = response.status_code
    if status in (200, 206):
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise WeightsError(
                f"A web page came instead of {target.file.name}: perhaps the log-in page of this network. Log in "
                f"with a browser, then try again. {_by_hand(target)}"
            )
        return
    if status >= 500 or status in (408, 429):
        raise Interrupted(f"{_host(target)} is out of order at the moment (HTTP {status}).")
    reasons = {401: "asks for a password", 403: "does not give it out", 404: "does not have it"}
    reason = f"{_host(target)} {reasons.get(status, 'refused')} (HTTP {status})."
    raise WeightsError(f"{target.file.name} could not be fetched: {reason} {_by_hand(target)}")


def _write(target: Target, response: requests.Response, have: int, received: Callable[[int, int], None]) -> None:
    length = response.headers.get("Content-Length")
    total = have + int(length) if length and length.isdigit() else target.file.approx_size
    # A wrong answer without end must not fill the disk.
    limit = int(target.file.approx_size * 1.5) + 1_000_000
    if total > limit:
        raise WeightsError(
            f"What {_host(target)} offers as {target.file.name} is {megabytes(total)} large, not the expected "
            f"{megabytes(target.file.approx_size)}, and was not fetched. {_by_hand(target)}"
        )
    free = shutil.disk_usage(target.path.parent).free
    if total - have > free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if not have:
        version = response.headers.get("ETag", "") or response.headers.get("Last-Modified", "")
        target.validator.write_text("" if version.startswith("W/") else version, encoding="utf-8")
    done = have
    with target.part.open("ab" if have else "wb") as part:
        received(done, total)
        # Not iter_content: it gathers whole chunks, and loses the one it was gathering when the line breaks.
        while chunk := response.raw.read1(CHUNK):
            part.write(chunk)
            part.flush()
            done += len(chunk)
            received(done, total)
            if target.stop.is_set():
                raise Stopped
            if done > limit:
                break
    if done < (total if length is not None else 0.999 * total):  # without a length, the size is known to 0.01 %
        raise Interrupted(f"only {megabytes(done)} of {megabytes(total)} arrived.")


def _range_start(response: requests.Response) -> int | None:
    found = re.match(r"bytes (\d+)-\d+/", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _discard(target: Target) -> None:
    target.part.unlink(missing_ok=True)
    target.validator.unlink(missing_ok=True)


def _host(target: Target) -> str:
    address = urlsplit(source_url(target.file))
    port = f":{address.port}" if address.port else ""
    return f"{address.hostname}{port}"  # a mirror's address may hold a password: not its netloc


def _by_hand(target: Target) -> str:
    return f"By hand: put {target.file.name} ({megabytes(target.file.approx_size)}) into {own_folder()}."
