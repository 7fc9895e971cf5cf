"""echo.py PORT: EchoServer's design in Python, a thread for each connection."""
import socket
import sys
import threading


def serve(client):
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := client.recv(65536):
            client.sendall(data)


threading.excepthook = lambda failure: None  # A client has gone.
with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096) as server:
    while True:
        threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()
