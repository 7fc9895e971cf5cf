"""echo.py PORT: EchoServer's design in Python, a thread for each connection."""

import socket
import sys
import threading


def serve(client):
    with client:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := client.recv(65536):
                client.sendall(data)
        except OSError:
            pass  # The client has gone.


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096) as server:
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()
