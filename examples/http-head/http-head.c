/* Sends a request over TCP, and gives what the server answers until it hangs up: 8 KiB at most. */
#define _POSIX_C_SOURCE 200809L /* sockets, which strict C11 hides */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <offloop.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  char host[256], port[6], answer[8192];
  ol_str request;
  int fd;
} ask_state;

static void ask_stop(void* fd) {
  shutdown(*(int*) fd, SHUT_RDWR); /* wakes connect, send and recv */
}

/* What has not begun yet cannot be shut down: so connect begins first, and then is waited for. */
static int ask_connect(ol_job* job, ask_state* s, const struct addrinfo* to) {
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
  int error = connect(s->fd, to->ai_addr, to->ai_addrlen) < 0 ? errno : 0;
  int status = ol_on_stop(job, ask_stop, &s->fd);
  if (error == EINPROGRESS && status == OL_OK) {
    while (poll(&(struct pollfd){s->fd, POLLOUT, 0}, 1, -1) < 0 && errno == EINTR) continue;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
  }
  fcntl(s->fd, F_SETFL, 0);
  return error == 0 ? status : ol_fail_errno(job, error, "connect", s->host);
}

static int ask_execute(ol_job* job, void* state) {
  ask_state* s = state;
  struct addrinfo *to, hints = {.ai_socktype = SOCK_STREAM};
  int status = getaddrinfo(s->host, s->port, &hints, &to);
  if (status != 0) return ol_fail(job, "ENOTFOUND", "%s: %s", s->host, gai_strerror(status));
  s->fd = socket(to->ai_family, to->ai_socktype, 0);
  status = s->fd < 0 ? ol_fail_errno(job, errno, "socket", NULL) : ask_connect(job, s, to);
  if (status == OL_OK && send(s->fd, s->request.data, s->request.len, 0) < 0)
    status = ol_fail_errno(job, errno, "send", s->host);
  if (status == OL_OK && recv(s->fd, s->answer, sizeof s->answer, MSG_WAITALL) < 0)
    status = ol_fail_errno(job, errno, "recv", s->host);
  ol_on_stop(job, NULL, NULL); /* from here on ask_stop does not run */
  if (s->fd >= 0) close(s->fd);
  freeaddrinfo(to);
  return status;
}

static const ol_pool sockets = {OL_POOL("sockets"), .threads = 32}; /* all they do is wait */

static const ol_worker ask = {
  OL_WORKER("ask", ask_state, ask_execute),
  .pool = &sockets,
  .fields = OL_FIELDS(OL_ARG(ask_state, host), OL_ARG(ask_state, port), OL_ARG(ask_state, request),
                      OL_RET(ask_state, answer)),
};

OL_MODULE(&ask)
