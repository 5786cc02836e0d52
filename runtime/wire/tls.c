#include "wire/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "wire/endpoint.h"

struct tl_tls {
    SSL_CTX *context;
    SSL *ssl;
    int fd;
    int flags;              /* of recv */
    bool wants_certificate; /* the server, of this side */
};

/* ---- the socket, as OpenSSL sees it ---- */

/* OpenSSL's own would raise SIGPIPE where the server has gone. */
static int socket_write(BIO *bio, const char *bytes, int size)
{
    const struct tl_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t n = send(tls->fd, bytes, (size_t)size, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)n;
}

static int socket_read(BIO *bio, char *bytes, int size)
{
    const struct tl_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t n = recv(tls->fd, bytes, (size_t)size, tls->flags);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return (int)n;
}

static long socket_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

/* Made once, and kept. */
static BIO_METHOD *socket_method(void)
{
    static _Atomic(BIO_METHOD *) known;
    BIO_METHOD *method = known, *none = NULL;
    if (method)
        return method;
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!method)
        return NULL;
    BIO_meth_set_write(method, socket_write);
    BIO_meth_set_read(method, socket_read);
    BIO_meth_set_ctrl(method, socket_control);
    if (atomic_compare_exchange_strong(&known, &none, method)) /* seq_cst */
        return method;
    BIO_meth_free(method); /* another thread was faster */
    return none;
}

static bool attach(struct tl_tls *tls)
{
    BIO_METHOD *method = socket_method();
    BIO *bio = method ? BIO_new(method) : NULL;
    if (!bio)
        return false;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return true;
}

/* ---- opening ---- */

static int explain(char *trouble, size_t size, int status, const char *what)
{
    char text[160] = "";
    unsigned long error = ERR_peek_last_error();
    if (error)
        ERR_error_string_n(error, text, sizeof text);
    ERR_clear_error();
    snprintf(trouble, size, "%s%s%s", what, *text ? ": " : "", text);
    return status;
}

/* Only the host that the address names may answer, by name or by number. */
static bool expect(SSL *ssl, const char *host)
{
    unsigned char number[sizeof(struct in6_addr)];
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (inet_pton(AF_INET, host, number) == 1 ||
        inet_pton(AF_INET6, host, number) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set_tlsext_host_name(ssl, host) == 1 &&
           SSL_set1_host(ssl, host) == 1;
}

static int prepare(struct tl_tls *tls, const struct tl_endpoint *endpoint,
                   char *trouble, size_t size)
{
    const char *file = endpoint->authority;
    tls->context = SSL_CTX_new(TLS_client_method());
    if (!tls->context)
        return explain(trouble, size, TL_NO_MEMORY, "no TLS");
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (*file ? SSL_CTX_load_verify_locations(tls->context, file, NULL) != 1
              : SSL_CTX_set_default_verify_paths(tls->context) != 1) {
        char what[160];
        snprintf(what, sizeof what,
                 "the authorities' certificates cannot be read%s%.100s",
                 *file ? " from " : "", file);
        return explain(trouble, size, TL_REFUSED, what);
    }
    tls->ssl = SSL_new(tls->context);
    if (!tls->ssl || !attach(tls) || !expect(tls->ssl, endpoint->host))
        return explain(trouble, size, TL_NO_MEMORY, "no TLS");
    return TL_OK;
}

/* What SSL_get_error says, as errno; what to wait for. */
static int error_of(struct tl_tls *tls, int result, short *events)
{
    int error = errno;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        *events = POLLIN;
        return EAGAIN;
    case SSL_ERROR_WANT_WRITE:
        *events = POLLOUT;
        return EAGAIN;
    case SSL_ERROR_SYSCALL:
        return error == EAGAIN || error == EINTR || error == 0 ? ECONNRESET
                                                               : error;
    default:
        /* by TLS 1.3 it says so after the greeting */
        tls->wants_certificate |= ERR_GET_REASON(ERR_peek_last_error()) ==
                                  SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED;
        return EPROTO;
    }
}

bool tl_tls_wants_certificate(const struct tl_tls *tls)
{
    return tls->wants_certificate;
}

static const char *way_out(long verdict)
{
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "; it is of another host than the address names";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "; a file of the authorities that are trusted is named by ca = "
               "FILE of ipc.open, or by SSL_CERT_FILE";
    default:
        return "";
    }
}

static int refusal(struct tl_tls *tls, char *trouble, size_t size, int error)
{
    long verdict = SSL_get_verify_result(tls->ssl);
    if (verdict != X509_V_OK) {
        snprintf(trouble, size, "its certificate is refused: %s%s",
                 X509_verify_cert_error_string(verdict), way_out(verdict));
        ERR_clear_error();
        return TL_REFUSED;
    }
    if (error != EPROTO)
        return explain(trouble, size, TL_UNREACHABLE, strerror(error));
    return explain(trouble, size, TL_BROKEN,
                   "what answers speaks no TLS; without TLS an "
                   "address begins with redis://");
}

static int greet(struct tl_tls *tls, tl_wire_wait *wait, char *trouble,
                 size_t size, int64_t deadline)
{
    for (;;) {
        struct pollfd polled = {.fd = tls->fd};
        ERR_clear_error();
        errno = 0;
        int result = SSL_connect(tls->ssl);
        if (result == 1)
            return TL_OK;
        int error = error_of(tls, result, &polled.events);
        if (error != EAGAIN)
            return refusal(tls, trouble, size, error);
        int status = wait(&polled, 1, deadline);
        if (status == TL_TIMEOUT)
            snprintf(trouble, size,
                     "what is there does not answer in TLS; without TLS an "
                     "address begins with redis://");
        if (status < 0)
            return status;
    }
}

int tl_tls_open(struct tl_tls **out, int fd, const struct tl_endpoint *endpoint,
                tl_wire_wait *wait, char *trouble, size_t size,
                int64_t deadline)
{
    struct tl_tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return TL_NO_MEMORY;
    tls->fd = fd;
    int status = prepare(tls, endpoint, trouble, size);
    if (status == TL_OK)
        status = greet(tls, wait, trouble, size, deadline);
    if (status < 0) {
        tl_tls_close(tls);
        return status;
    }
    *out = tls;
    return TL_OK;
}

void tl_tls_close(struct tl_tls *tls)
{
    if (tls->ssl && SSL_is_init_finished(tls->ssl))
        SSL_shutdown(tls->ssl);
    SSL_free(tls->ssl);
    SSL_CTX_free(tls->context);
    ERR_clear_error();
    free(tls);
}

static int bounded(size_t size)
{
    return size < INT_MAX ? (int)size : INT_MAX;
}

/* A write failed: the server may have said why it ended the connection. */
static void hear_alert(struct tl_tls *tls)
{
    char byte;
    short events;
    tls->flags = MSG_DONTWAIT;
    int n = SSL_peek(tls->ssl, &byte, 1);
    if (n <= 0)
        error_of(tls, n, &events);
}

ssize_t tl_tls_write(struct tl_tls *tls, const char *bytes, size_t size,
                     short *events)
{
    ERR_clear_error();
    errno = 0;
    int n = SSL_write(tls->ssl, bytes, bounded(size));
    if (n > 0)
        return n;
    int error = error_of(tls, n, events);
    if (error != EAGAIN)
        hear_alert(tls);
    errno = error;
    return -1;
}

ssize_t tl_tls_read(struct tl_tls *tls, char *bytes, size_t size, short *events,
                    int flags)
{
    ERR_clear_error();
    errno = 0;
    tls->flags = flags;
    int n = SSL_read(tls->ssl, bytes, bounded(size));
    if (n > 0)
        return n;
    if (SSL_get_error(tls->ssl, n) == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = error_of(tls, n, events);
    return -1;
}
