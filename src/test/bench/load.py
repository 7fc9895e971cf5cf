"""load.py WORKLOAD CLIENTS PORT PID SECONDS: measures the echo server PID and prints the figure.

One thread has all clients in turn, with blocking sockets: so they leave the processors to the
server. Only clients that stream have two threads each. Every byte that comes back is checked.
"""
import contextlib
import os
import signal
import socket
import struct
import sys
import threading
import time


class Client:
    """A connection, and the message that it sends again and again."""

    def __init__(self, size=64, patience=None):
        self.socket = socket.create_connection(("127.0.0.1", port), patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.message = os.urandom(size)
        self.received = 0
        self.send()

    def send(self):
        self.socket.sendall(self.message)

    def receive(self):
        if self.socket.recv(len(self.message), socket.MSG_WAITALL) != self.message:
            raise OSError("what came back is not what was sent")
        self.received += 1
        return self

    def close(self):
        """Ends the stream (FIN), then resets: a closed connection keeps its port for a minute."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def served(count, size=64):
    return [Client(size).receive() for _ in range(count)]


def trips():
    """Numbers the trips that begin in the measuring time."""
    end, trip = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield trip
        trip += 1


def run_on(processors):
    for thread in [0, *os.listdir(f"/proc/{pid}/task")]:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), processors)


def ping_pong(count):
    clients = served(count)
    everywhere = os.sched_getaffinity(0)
    if count == 1:  # On two processors, the figure is mostly the time in which one wakes up.
        run_on({min(everywhere)})
    for client in clients:
        client.send()
    for trip in trips():
        clients[trip % count].receive().send()
    run_on(everywhere)
    return trip / seconds


def connect_trip_close(count):
    clients = [Client() for _ in range(count)]
    for trip in trips():
        clients[trip % count].receive().close()
        clients[trip % count] = Client()
    return trip / seconds


def streams(count):
    def repeat(action):
        while True:
            action()

    clients = served(count, 64 * 1024)
    for client in clients:
        threading.Thread(target=repeat, args=[client.send], daemon=True).start()
        threading.Thread(target=repeat, args=[client.receive], daemon=True).start()
    return clients


def stream(count):
    clients = streams(count)
    time.sleep(seconds)
    return sum(client.received * len(client.message) for client in clients) / 1e6 / seconds


def longest_wait(count):
    streams(count)
    longest = 0
    for _ in trips():
        time.sleep(0.05)
        start = time.monotonic()
        client = Client(size=4, patience=15).receive()
        longest = max(longest, time.monotonic() - start)
        client.close()
    return longest * 1000


def memory(count):
    def resident():
        with open(f"/proc/{pid}/statm") as pages:
            return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024

    before = resident()
    clients = served(count)
    return (resident() - before) / len(clients)


def fail(failure):
    print("load.py:", failure.exc_value, file=sys.stderr)
    os._exit(1)


_, workload, count, port, pid, seconds = sys.argv
port, seconds = int(port), float(seconds)
threading.excepthook = fail
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.alarm(60 + int(seconds))  # Ends this process, whatever the server does.
try:
    print(globals()[workload](int(count)))
except TimeoutError:
    print("inf")
