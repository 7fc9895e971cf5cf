/*
 * echo PORT: EchoServer's design in C. The main thread accepts, a thread for each connection does
 * its blocking recv and send.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024, STACK_BYTES = 128 * 1024, BACKLOG = 4096 };

static int send_all(int client, const char *bytes, ssize_t count) {
  while (count > 0) {
    ssize_t sent = send(client, bytes, count, MSG_NOSIGNAL);
    if (sent < 0) {
      return -1;
    }
    bytes += sent;
    count -= sent;
  }
  return 0;
}

static void *serve(void *argument) {
  int client = (int)(intptr_t)argument;
  char buffer[BUFFER_BYTES];
  ssize_t count;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  while ((count = recv(client, buffer, sizeof buffer, 0)) > 0) {
    if (send_all(client, buffer, count) < 0) {
      break;
    }
  }
  close(client);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: echo PORT\n");
    return 2;
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int server = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, BACKLOG) < 0) {
    perror("echo: cannot listen");
    return 1;
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  for (;;) {
    int client = accept(server, NULL, NULL);
    pthread_t thread;
    if (client < 0) {
      perror("echo: cannot accept");
      sleep(1);
    } else if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)client) != 0) {
      fprintf(stderr, "echo: cannot start a thread\n");
      close(client);
    }
  }
}
