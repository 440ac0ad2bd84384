"""Framed sockets over real socket pairs."""

import os
import socket

from mulgil.client import FrameSocket
from mulgil.messages import Ack, FrameError, MessageKinds, Progress, encode_frame
from mulgil.worker.wire import TO_ZYGOTE, StartAttempt

PROGRESS = MessageKinds(Progress)


def _pair() -> tuple[FrameSocket[Progress], FrameSocket[Progress]]:
    one, other = socket.socketpair()
    return FrameSocket(one, PROGRESS), FrameSocket(other, PROGRESS)


def test_messages_arrive_whole_and_in_order() -> None:
    one, other = _pair()
    messages = [Progress("a", number) for number in range(100)]
    for message in messages:
        one.send(message)
    assert list(other.receive()) == messages
    assert list(other.receive()) == []
    one.close()
    other.close()


def test_what_does_not_fit_waits_until_the_peer_reads() -> None:
    one, other = _pair()
    large = Progress("x" * 1_000_000, 1)
    for _ in range(3):
        one.send(large)
    assert one.has_unsent
    received: list[Progress] = []
    while len(received) < 3:
        received += other.receive()
        one.flush()
    assert received == [large] * 3
    assert not one.has_unsent
    one.close()
    other.close()


def test_the_peers_end_is_seen_after_its_last_message() -> None:
    one, other = _pair()
    one.send(Progress("a", 1))
    one.close()
    assert list(other.receive()) == [Progress("a", 1)]
    assert other.is_ended
    other.send(Progress("a", 2))
    assert not other.has_unsent
    other.close()
    assert other.fileno() == -1


def test_what_is_no_message_ends_the_socket_after_those_that_are() -> None:
    one, other = socket.socketpair()
    receiver = FrameSocket(other, PROGRESS)
    one.sendall(encode_frame(Progress("a", 1)) + encode_frame(Ack(("a",))) + encode_frame(Progress("a", 2)))
    assert list(receiver.receive()) == [Progress("a", 1)]
    assert isinstance(receiver.error, FrameError)
    assert receiver.is_ended
    assert list(receiver.receive()) == []
    one.close()
    receiver.close()


def test_descriptors_travel_with_their_messages_and_are_closed_here() -> None:
    one, other = socket.socketpair()
    sender = FrameSocket(one, TO_ZYGOTE)
    pipes = [os.pipe() for _ in range(5)]
    for number, (_, write) in enumerate(pipes):
        sender.send(StartAttempt(str(number)), descriptor=write)
    received: list[int] = []
    while len(received) < 5:
        _, descriptors, _, _ = socket.recv_fds(other, 4096, 8)
        received += descriptors
    for number, descriptor in enumerate(received):
        os.write(descriptor, b"x%d" % number)
        os.close(descriptor)
    for number, (read, _) in enumerate(pipes):
        # The end of the file shows that no other copy is open.
        assert os.read(read, 10) == b"x%d" % number
        assert os.read(read, 10) == b""
        os.close(read)
    sender.close()
    other.close()


def test_descriptors_that_could_not_be_sent_are_closed() -> None:
    one, other = socket.socketpair()
    sender = FrameSocket(one, TO_ZYGOTE)
    other.close()
    read, write = os.pipe()
    sender.send(StartAttempt("a"), descriptor=write)
    assert sender.is_ended
    assert os.read(read, 1) == b""
    os.close(read)
    sender.close()
