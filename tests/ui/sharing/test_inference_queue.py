"""Whose turn it is: one at a time, in the order of asking, those that somebody waits for with an empty page first."""

import threading
import time

import pytest

from cnnviz.ui.sharing.inference_queue import InferenceQueue
from tests.ui.conftest import until


def in_line(queue: InferenceQueue, order: list[str], name: str, urgent: bool = False) -> threading.Thread:
    """Somebody who waits in line, and notes when it was their turn."""

    def wait() -> None:
        with queue.turn(urgent=urgent):
            order.append(name)

    waiting = queue.waiting
    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: queue.waiting == waiting + 1)
    return thread


def test_the_order_is_that_of_asking_and_the_urgent_come_first() -> None:
    queue, order = InferenceQueue(), list[str]()
    with queue.turn():
        threads = [in_line(queue, order, name) for name in ("first", "second")]
        threads += [in_line(queue, order, "urgent", urgent=True), in_line(queue, order, "third")]
        threads.append(in_line(queue, order, "also urgent", urgent=True))
    for thread in threads:
        thread.join()
    assert order == ["urgent", "also urgent", "first", "second", "third"]


def test_a_forward_pass_waits_for_one_step_of_long_work_only() -> None:
    """Two works that ask for their next turn at once, again and again, do not keep others from theirs."""
    queue, steps, over = InferenceQueue(), list[int](), threading.Event()

    def work(number: int) -> None:
        while not over.is_set():
            with queue.turn():
                steps.append(number)
                time.sleep(0.02)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: len(steps) > 6)
    for _ in range(5):
        before = len(steps)
        with queue.turn(urgent=True):
            assert len(steps) - before <= 2
    over.set()
    for thread in threads:
        thread.join()
    assert max(steps.count(number) for number in range(3)) - min(steps.count(number) for number in range(3)) <= 2


def test_one_at_a_time() -> None:
    queue, inside, most = InferenceQueue(), [0], [0]

    def enter() -> None:
        for _ in range(20):
            with queue.turn():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert queue.waiting == 0


def test_whoever_waits_is_told_how_many_are_before_and_may_leave() -> None:
    queue, told = InferenceQueue(), list[int]()

    def leave(before: int) -> None:
        told.append(before)
        raise InterruptedError

    with queue.turn():
        other = in_line(queue, [], "other")
        with pytest.raises(InterruptedError), queue.turn(on_wait=leave):
            raise AssertionError("it is not its turn")
        assert told == [2]
        assert queue.waiting == 1
    other.join()


def test_an_error_inside_gives_the_turn_away() -> None:
    queue = InferenceQueue()
    with pytest.raises(ValueError, match="inside"), queue.turn():
        raise ValueError("inside")
    with queue.turn():
        pass
