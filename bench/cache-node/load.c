/*
 * A load on a server that speaks memcached's text protocol: CONNS connections, each with DEPTH requests in flight, closed loop, one
 * thread, epoll. Prints one line of JSON.
 *
 *   load PORT get|mg|set|evict BYTES CONNS DEPTH KEYS SECONDS PID
 *
 * "get" and "mg" read random keys of those that were stored first, the latter as the api does, with the CAS and a lease; "set"
 * overwrites them; "evict" stores under ever new keys on one connection in each eight while the others read, so that a full server
 * evicts all the time. PID is the server's, whose processor time per operation is measured. The first reply on each connection, which
 * waits for the server to accept all of them, is not among the latencies.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_LATENCIES 4000000
#define READ_BYTES (1 << 20)

struct client {
  int fd;
  int writes;          /* sends values rather than asks for them */
  long expected;       /* bytes of replies still to come; of "mg", whose CAS has as many digits as it has, replies */
  long payload;        /* bytes still to come of the reply to "mg" that has begun */
  char line[64];       /* as much as has come of that reply's first line */
  int line_bytes;
  int is_warm;         /* has had a reply */
  long unsent;         /* bytes of the request still to be sent */
  char *request;
  long request_bytes;
  double since;
};

static char *replies, *value;
static double *latencies;
static long latency_count, value_bytes, keys, next_key;
static int depth, is_meta;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int dial(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void store(int fd, long key) {
  char head[128], reply[64];
  int length = sprintf(head, "set key%08ld 0 0 %ld\r\n", key, value_bytes), got = 0;
  struct iovec parts[2] = {{head, length}, {value, value_bytes + 2}};
  long left = length + value_bytes + 2;
  while (left > 0) {
    ssize_t sent = writev(fd, parts, 2);
    if (sent < 0) fail("write");
    left -= sent;
    for (int i = 0; i < 2 && sent > 0; i++) {
      long part = sent < (long)parts[i].iov_len ? sent : (long)parts[i].iov_len;
      parts[i].iov_base = (char *)parts[i].iov_base + part;
      parts[i].iov_len -= part;
      sent -= part;
    }
  }
  while (got == 0 || reply[got - 1] != '\n') {
    ssize_t count = read(fd, reply + got, sizeof reply - got);
    if (count <= 0) fail("read");
    got += count;
  }
  if (memcmp(reply, "STORED", 6)) {
    fprintf(stderr, "%.*s", got, reply);
    exit(1);
  }
}

/* What is left of the request is sent when the socket takes it. */
static void push(struct client *c, int epoll) {
  while (c->unsent > 0) {
    ssize_t sent = write(c->fd, c->request + c->request_bytes - c->unsent, c->unsent);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) fail("write");
    c->unsent -= sent;
  }
  struct epoll_event event = {.events = EPOLLIN | (c->unsent > 0 ? EPOLLOUT : 0), .data.ptr = c};
  if (c->writes) epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void begin(struct client *c, int epoll, int grows) {
  long at = 0;
  if (c->writes) {
    for (int i = 0; i < depth; i++) {
      long key = grows ? next_key++ : rand() % keys;
      at += sprintf(c->request + at, "set key%08ld 0 0 %ld\r\n", key, value_bytes);
      memcpy(c->request + at, value, value_bytes + 2);
      at += value_bytes + 2;
    }
    c->expected = 8L * depth;
  } else {
    char head[128];
    for (int i = 0; i < depth; i++)
      at += sprintf(c->request + at, is_meta ? "mg key%08d v c N30\r\n" : "get key%08d\r\n", (int)(rand() % keys));
    long reply = sprintf(head, "VALUE key00000000 0 %ld\r\n", value_bytes) + value_bytes + 7;
    c->expected = is_meta ? depth : reply * depth;
  }
  c->request_bytes = c->unsent = at;
  c->since = now();
  push(c, epoll);
}

static void take_meta(struct client *c, const char *bytes, long count) {
  while (count > 0) {
    const char *end = c->payload > 0 ? NULL : memchr(bytes, '\n', count);
    long part = end ? end - bytes + 1 : count;
    if (c->payload > 0) {
      if (part > c->payload) part = c->payload;
      c->payload -= part;
      if (c->payload == 0) c->expected--;
    } else {
      if (c->line_bytes + part >= (long)sizeof c->line) fail("too long a line");
      memcpy(c->line + c->line_bytes, bytes, part);
      c->line_bytes += part;
      if (end) {
        c->line[c->line_bytes] = 0;
        if (memcmp(c->line, "VA ", 3)) fail(c->line);
        c->payload = strtol(c->line + 3, NULL, 10) + 2;
        c->line_bytes = 0;
      }
    }
    bytes += part;
    count -= part;
  }
}

/* What a process has used of the processors, in microseconds. */
static double used(const char *pid) {
  char path[64], text[1024], *fields;
  unsigned long user, kernel;
  sprintf(path, "/proc/%s/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  fields = strrchr(text, ')');
  if (!fields || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2) fail(path);
  return (user + kernel) * 1e6 / sysconf(_SC_CLK_TCK);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  int port = atoi(argv[1]), connections = atoi(argv[4]);
  int sets = !strcmp(argv[2], "set"), evicts = !strcmp(argv[2], "evict");
  is_meta = !strcmp(argv[2], "mg");
  value_bytes = atol(argv[3]);
  depth = atoi(argv[5]);
  keys = atol(argv[6]);
  double seconds = atof(argv[7]);

  replies = malloc(READ_BYTES);
  latencies = malloc(MOST_LATENCIES * sizeof *latencies);
  value = malloc(value_bytes + 2);
  memset(value, 'x', value_bytes);
  memcpy(value + value_bytes, "\r\n", 2);

  int first = dial(port);
  for (long key = 0; key < keys; key++) store(first, key);
  if (evicts) for (long key = keys; key-- > 0;) store(first, key);
  next_key = keys;

  int epoll = epoll_create1(0);
  struct client *clients = calloc(connections, sizeof *clients);
  for (int i = 0; i < connections; i++) {
    struct client *c = &clients[i];
    c->fd = dial(port);
    c->writes = sets || (evicts && i % 8 == 0);
    c->request = malloc((size_t)depth * (128 + (c->writes ? value_bytes : 0)));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
  }
  /* Reads of "evict" may miss, so replies are counted by their last lines. */
  double used_before = used(argv[8]), start = now(), end = start + seconds;
  long done = 0, misses = 0;
  for (int i = 0; i < connections; i++) begin(&clients[i], epoll, evicts);
  struct epoll_event events[256];
  while (now() < end) {
    int count = epoll_wait(epoll, events, 256, 100);
    for (int i = 0; i < count; i++) {
      struct client *c = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) push(c, epoll);
      if (!(events[i].events & EPOLLIN)) continue;
      ssize_t got = read(c->fd, replies, READ_BYTES);
      if (got <= 0) {
        if (got < 0 && errno == EAGAIN) continue;
        fail("read");
      }
      if (evicts && !c->writes && c->expected > 5 && got == 5 && !memcmp(replies, "END\r\n", 5)) {
        misses++;
        c->expected = 5;
      }
      if (is_meta) take_meta(c, replies, got);
      else c->expected -= got;
      if (c->expected < 0) {
        fprintf(stderr, "more was sent than was asked for\n");
        return 1;
      }
      if (c->expected == 0) {
        done += depth;
        if (c->is_warm && latency_count < MOST_LATENCIES) latencies[latency_count++] = now() - c->since;
        c->is_warm = 1;
        begin(c, epoll, evicts);
      }
    }
  }
  double elapsed = now() - start, used_us = used(argv[8]) - used_before;
  if (latency_count == 0) return 1;
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  printf("{\"operationsPerSecond\":%.0f,\"processorUs\":%.3f,\"misses\":%ld,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"p999Ms\":%.3f,\"maxMs\":%.3f}\n", done / elapsed, used_us / done, misses,
         latencies[latency_count / 2] * 1e3, latencies[(long)(latency_count * 0.99)] * 1e3,
         latencies[(long)(latency_count * 0.999)] * 1e3, latencies[latency_count - 1] * 1e3);
  return 0;
}
