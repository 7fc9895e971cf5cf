"""Measures EchoServer of the packaged jar, on the java of PATH, beside other echo servers."""
import argparse
import contextlib
import math
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

ROWS = {  # What load.py does with how many clients, and what the table calls it.
    ("longest_wait", 16): "longest wait of a new client beside 16 streams (ms, less is better)",
    ("ping_pong", 1): "ping-pong, 1 client, 64 B, on one processor (trips/s)",
    ("ping_pong", 100): "ping-pong, 100 clients, 64 B (trips/s)",
    ("ping_pong", 1000): "ping-pong, 1,000 clients, 64 B (trips/s)",
    ("stream", 1): "stream, 1 client, 64 KiB (MB/s)",
    ("stream", 8): "stream, 8 clients, 64 KiB (MB/s)",
    ("connect_trip_close", 16): "connect, trip, close, 16 clients, 64 B (trips/s)",
    ("memory", 1000): "memory per idle client, 1,000 clients (KiB, less is better)",
}


def contenders(jdks):
    """Yields the title, a command that builds the server, and one that runs it on $PORT."""
    yield "C", "gcc -O2 -pthread -o target/echo-c src/test/bench/echo.c", "target/echo-c $PORT"
    for java in ["java"] + [f"'{jdk}/bin/java'" for jdk in jdks]:
        version = re.search(r'version "(\d+)|$', subprocess.getoutput(f"{java} -version"))[1]
        build = f"{java} --version > /dev/null"
        run = f"{java} -cp target/blocking-sockets.jar EchoServer -q --bind=127.0.0.1"
        yield f"EchoServer (Java {version})", build, f"{run} $PORT"
        if version and int(version) >= 21:
            yield f"EchoServer (Java {version}, virtual)", build, f"{run} --threads=virtual $PORT"
    # With a cache of its own, nothing stays in the user's home directory.
    go = "GOCACHE=$PWD/target/go go build -o target/echo-go src/test/bench/echo.go"
    yield "Go", go, "target/echo-go $PORT"
    yield "Python", "true", f"'{sys.executable}' src/test/bench/echo.py $PORT"


class Server:
    """A contender as a process, which listens."""

    def __init__(self, title, command):
        self.title, self.command = title, command
        self.figures = {row: [] for row in ROWS}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        # The shell kills the server when its own input ends, as it does however this program ends.
        # Both have a session of their own: Ctrl-C does not reach them there, and Linux shares the
        # processors out among sessions first, then among their threads (autogroup, sched(7)).
        script = f"PORT={self.port}; {command} > /dev/null & echo $!; read end; kill -9 $!; wait"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.shell = subprocess.Popen(["sh", "-c", script], start_new_session=True, **pipes)
        self.pid = int(self.shell.stdout.readline())
        self.await_listening()

    def await_listening(self):
        for _ in range(500):
            with contextlib.suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", self.port)).close()
            time.sleep(0.02)
        sys.exit(f"{self.title} does not listen")

    def close(self):
        self.shell.communicate()  # Ends its input, and waits.

    def load(self, workload, clients, seconds):
        arguments = map(str, [workload, clients, self.port, self.pid, seconds])
        load = [sys.executable, "src/test/bench/load.py", *arguments]
        return float(subprocess.check_output(load, timeout=seconds + 60))

    def measure(self, row, seconds):
        if row[0] != "memory":
            return self.load(*row, seconds)
        # A new server has no memory left over from earlier clients.
        with contextlib.closing(Server(self.title, self.command)) as fresh:
            return fresh.load(*row, seconds)

    def figure(self, row):
        """The median, but the longest of all waits; not a number (NaN) if nothing was measured."""
        summary = max if row[0] == "longest_wait" else statistics.median
        return summary(self.figures[row] or [math.nan])


def start(jdks):
    servers = []
    for title, build, command in contenders(jdks):
        if subprocess.run(build, shell=True).returncode == 0:
            servers.append(Server(title, command))
        else:
            print(f"{title} is left out", file=sys.stderr)
    return servers


def measure(servers, rounds, seconds):
    """Goes round by round, server by server: when the machine gets slower, it does so for all."""
    for number in range(rounds + 1):
        print(f"round {number} of {rounds}" if number else "getting warm", file=sys.stderr)
        for row in ROWS:
            for server in servers:
                try:
                    figure = server.measure(row, seconds)
                    if number > 0:
                        server.figures[row].append(figure)
                except subprocess.SubprocessError as error:
                    print(f"{server.title}: {ROWS[row]}: {error}", file=sys.stderr)
                time.sleep(0.1)  # The server deals with what its clients have left.


def table(servers, rounds):
    """In brackets is what a figure is of the first server's."""

    def cell(row, server):
        figure = server.figure(row)
        if math.isinf(figure):
            return ">15 s"
        return f"{figure:,.{figure < 100:d}f} ({figure / servers[0].figure(row):.2f})"

    head = f"medians of {rounds} rounds, of the longest waits the maximum"
    lines = [[head] + [server.title for server in servers], ["---"] + ["---:"] * len(servers)]
    lines += [[ROWS[row]] + [cell(row, server) for server in servers] for row in ROWS]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measure everything N times (5)")
    parser.add_argument("--seconds", type=float, default=1, help="for each measurement (1)")
    parser.add_argument("--jdk", action="append", default=[], help="one more; may be repeated")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    servers = start(options.jdk)
    minutes = (options.rounds + 1) * len(ROWS) * len(servers) * (options.seconds + 0.4) / 60
    print(f"about {minutes:.1f} minutes, and 15 s for each wait in vain", file=sys.stderr)
    measure(servers, options.rounds, options.seconds)
    print(table(servers, options.rounds))
    for server in servers:
        server.close()
    sys.exit(any(not figures for server in servers for figures in server.figures.values()))


main()
