/* echo PORT: EchoServer's design in C, a thread for each connection. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void *serve(void *argument) {
  int client = (intptr_t)argument;
  char buffer[64 * 1024];
  ssize_t count;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  do {
    count = recv(client, buffer, sizeof buffer, 0);
  } while (count > 0 && send(client, buffer, count, MSG_NOSIGNAL) == count);
  close(client);
  return NULL;
}

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(atoi(arguments[count - 1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 128 * 1024);
  int server = socket(AF_INET, SOCK_STREAM, 0);
  bind(server, (struct sockaddr *)&address, sizeof address);
  listen(server, 4096);
  for (int client; (client = accept(server, NULL, NULL)) >= 0;) {
    pthread_t thread;
    pthread_create(&thread, &attributes, serve, (void *)(intptr_t)client);
  }
  return 1; /* It cannot listen, or no longer accept. */
}
