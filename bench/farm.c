/* An SNMP agent farm: one process, one socket, and every IPv4 address that reaches it is a switch of its own.
 *
 *     farm PORT PORTS_A_DEVICE IDLE_PERCENT    answers version 2c (any community) and 3 (usm.c) until SIGTERM
 *
 * A load generator has to cost far less than what it loads. So names are looked up in a hash table by their encoded
 * octets, values are computed from the address and the clock, and datagrams are read and written 64 at a time.
 *
 *     hash, rates       what a device counts, from its address alone: nothing is stored a device
 *     objects           the sorted table of what every device has, and how a value is encoded
 *     answers           GET, GETNEXT, GETBULK over that table
 *     main              recvmmsg, answer, sendmmsg
 */

#define _GNU_SOURCE
#include "farm.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LARGEST_REQUEST = 4096, LARGEST_ANSWER = 1472, DEEPEST = 32, SLOTS = 1 << 14 };
enum { FIRST_INDEX = 10101, BOARD = 67108873 };

static uint32_t ports = 48, idle_percent = 0;
static volatile sig_atomic_t stopped = 0;
static uint64_t answered = 0;

/* ---- what a device counts */

static uint64_t started_us, now_us;

static uint64_t clock_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static uint32_t mixed(uint32_t a, uint32_t b) {
    uint32_t h = a * 2654435761u ^ (b + 0x9e3779b9u) * 2246822519u;
    h ^= h >> 15;
    h *= 2654435761u;
    return h ^ h >> 13;
}

static int idle(uint32_t device, uint32_t port) { return mixed(device ^ 0x5bd1e995u, port) % 100 < idle_percent; }

/* Octets since the start: some 100 Mbit/s at most in and out, different for each port, and more or less of it by a
 * wave of one to four minutes, so that no two polls find the same rate. An idle port stands still. */
static uint64_t octets(uint32_t device, uint32_t port, uint32_t direction) {
    uint32_t h = mixed(device, port * 2 + direction);
    if (idle(device, port)) return (uint64_t)h << 8;
    double seconds = (double)(now_us - started_us) / 1e6, pace = 60 + h % 180;
    double rate = 100000 + h % 9000000, wave = 0.3 * pace / 6.2832 * sin(6.2832 * seconds / pace);
    return ((uint64_t)h << 8) + (uint64_t)(rate * (seconds + 40 + wave));
}

/* One port in sixteen has some errors. */
static uint32_t faults(uint32_t device, uint32_t port, uint32_t kind) {
    uint32_t h = mixed(device + kind, port);
    return h % 16 || idle(device, port) ? h % 7 : (uint32_t)((now_us - started_us) * (h % 5 + 1) / 1000000u);
}

/* A restarted farm must not look like restarted devices, so sysUpTime goes by the wall clock. */
static uint32_t ticks(void) { return (uint32_t)(now_us / 10000u % 2000000000u); }

/* ---- objects */

enum kind {
    DESCR, OBJECT_ID, UPTIME, CONTACT, NAME, LOCATION, SERVICES, IF_NUMBER, TABLE_CHANGE,
    IF_INDEX, IF_DESCR, IF_TYPE, IF_MTU, IF_SPEED, IF_MAC, IF_ADMIN, IF_OPER, IF_CHANGE, IF_NAME, IF_ALIAS, IF_HIGH_SPEED,
    OCTETS_IN, OCTETS_OUT, PACKETS_IN, PACKETS_OUT, WIDE_OCTETS_IN, WIDE_OCTETS_OUT, WIDE_PACKETS_IN, WIDE_PACKETS_OUT,
    FEW_PACKETS, FAULTS, ENTITY_NAME, CPU, CPU_LIMIT, MEMORY, MEMORY_SIZE, TEMPERATURE
};

struct object {
    uint32_t oid[DEEPEST];
    int depth;
    uint8_t name[48]; /* tag, length, contents */
    int name_length;
    enum kind kind;
    uint32_t port;
};

static struct object *objects;
static int count, slots[SLOTS];

static int compare(const uint32_t *a, int a_depth, const uint32_t *b, int b_depth) {
    for (int i = 0; i < a_depth && i < b_depth; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return a_depth - b_depth;
}

static int by_oid(const void *a, const void *b) {
    const struct object *x = a, *y = b;
    return compare(x->oid, x->depth, y->oid, y->depth);
}

static int put_oid(uint8_t *out, const uint32_t *oid, int depth) {
    int length = 2;
    for (int i = 1; i < depth; i++) {
        uint32_t number = i == 1 ? oid[0] * 40 + oid[1] : oid[i];
        int shift = 0;
        while (shift < 28 && number >> (shift + 7)) shift += 7;
        for (; shift; shift -= 7) out[length++] = (uint8_t)(0x80 | (number >> shift & 0x7f));
        out[length++] = number & 0x7f;
    }
    out[0] = 0x06;
    out[1] = (uint8_t)(length - 2);
    return length;
}

static uint32_t hashed(const uint8_t *octets_, int length) {
    uint32_t h = 2166136261u;
    for (int i = 0; i < length; i++) h = (h ^ octets_[i]) * 16777619u;
    return h ^ h >> 15;
}

static void add(const char *text, enum kind kind, uint32_t port) {
    struct object *o = &objects[count++];
    for (const char *at = text; *at; at += *at == '.') o->oid[o->depth++] = (uint32_t)strtoul(at, (char **)&at, 10);
    if (port) o->oid[o->depth++] = kind >= ENTITY_NAME ? BOARD : FIRST_INDEX + port - 1;
    o->kind = kind;
    o->port = port;
    o->name_length = put_oid(o->name, o->oid, o->depth);
}

#define TABLE "1.3.6.1.2.1.2.2.1."
#define WIDE "1.3.6.1.2.1.31.1.1.1."
#define HUAWEI "1.3.6.1.4.1.2011.5.25.31.1.1.1.1."

static const struct { const char *oid; enum kind kind; } SINGLE[] = {
    {"1.3.6.1.2.1.1.1.0", DESCR}, {"1.3.6.1.2.1.1.2.0", OBJECT_ID}, {"1.3.6.1.2.1.1.3.0", UPTIME},
    {"1.3.6.1.2.1.1.4.0", CONTACT}, {"1.3.6.1.2.1.1.5.0", NAME}, {"1.3.6.1.2.1.1.6.0", LOCATION},
    {"1.3.6.1.2.1.1.7.0", SERVICES}, {"1.3.6.1.2.1.2.1.0", IF_NUMBER}, {"1.3.6.1.2.1.31.1.5.0", TABLE_CHANGE},
}, COLUMNS[] = {
    {TABLE "1", IF_INDEX}, {TABLE "2", IF_DESCR}, {TABLE "3", IF_TYPE}, {TABLE "4", IF_MTU}, {TABLE "5", IF_SPEED},
    {TABLE "6", IF_MAC}, {TABLE "7", IF_ADMIN}, {TABLE "8", IF_OPER}, {TABLE "9", IF_CHANGE}, {TABLE "10", OCTETS_IN},
    {TABLE "11", PACKETS_IN}, {TABLE "13", FAULTS}, {TABLE "14", FAULTS}, {TABLE "16", OCTETS_OUT},
    {TABLE "17", PACKETS_OUT}, {TABLE "19", FAULTS}, {TABLE "20", FAULTS}, {WIDE "1", IF_NAME},
    {WIDE "6", WIDE_OCTETS_IN}, {WIDE "7", WIDE_PACKETS_IN}, {WIDE "8", FEW_PACKETS}, {WIDE "9", FEW_PACKETS},
    {WIDE "10", WIDE_OCTETS_OUT}, {WIDE "11", WIDE_PACKETS_OUT}, {WIDE "12", FEW_PACKETS}, {WIDE "13", FEW_PACKETS},
    {WIDE "15", IF_HIGH_SPEED}, {WIDE "18", IF_ALIAS},
}, BOARDS[] = {
    {"1.3.6.1.2.1.47.1.1.1.1.7", ENTITY_NAME}, {HUAWEI "5", CPU}, {HUAWEI "6", CPU_LIMIT}, {HUAWEI "7", MEMORY},
    {HUAWEI "9", MEMORY_SIZE}, {HUAWEI "11", TEMPERATURE},
};

#define LENGTH(array) (int)(sizeof(array) / sizeof((array)[0]))

static void make_objects(void) {
    objects = calloc((size_t)LENGTH(SINGLE) + LENGTH(BOARDS) + (size_t)LENGTH(COLUMNS) * ports, sizeof *objects);
    for (int i = 0; i < LENGTH(SINGLE); i++) add(SINGLE[i].oid, SINGLE[i].kind, 0);
    for (int i = 0; i < LENGTH(BOARDS); i++) add(BOARDS[i].oid, BOARDS[i].kind, 1);
    for (int i = 0; i < LENGTH(COLUMNS); i++)
        for (uint32_t port = 1; port <= ports; port++) add(COLUMNS[i].oid, COLUMNS[i].kind, port);
    qsort(objects, (size_t)count, sizeof *objects, by_oid);
    for (int i = 0; i < count; i++) {
        uint32_t slot = hashed(objects[i].name, objects[i].name_length) % SLOTS;
        while (slots[slot]) slot = (slot + 1) % SLOTS;
        slots[slot] = i + 1;
    }
}

static const struct object *exactly(const uint8_t *name, int length) {
    for (uint32_t slot = hashed(name, length) % SLOTS; slots[slot]; slot = (slot + 1) % SLOTS) {
        const struct object *o = &objects[slots[slot] - 1];
        if (o->name_length == length && !memcmp(o->name, name, (size_t)length)) return o;
    }
    return NULL;
}

/* The place of the first object after an encoded name; `count` where there is none, -1 where the name is none. */
static int after(const uint8_t *name, int length) {
    uint32_t oid[DEEPEST];
    int depth = 2, low = 0, high = count;
    uint64_t number = 0;
    oid[0] = length > 2 ? name[2] / 40u : 0;
    oid[1] = length > 2 ? name[2] % 40u : 0;
    for (int i = 3; i < length; i++) {
        number = number << 7 | (name[i] & 0x7f);
        if (name[i] & 0x80) continue;
        if (depth == DEEPEST || number > UINT32_MAX) return -1;
        oid[depth++] = (uint32_t)number;
        number = 0;
    }
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare(objects[middle].oid, objects[middle].depth, oid, depth) <= 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int put_number(uint8_t *out, uint8_t tag, uint64_t value) {
    int size = 1;
    while (size < 9 && value >> (size * 8 - 1)) size++; /* one bit is the sign's */
    out[0] = tag;
    out[1] = (uint8_t)size;
    for (int i = 0; i < size; i++) out[2 + i] = (uint8_t)(size - i > 8 ? 0 : value >> ((size - 1 - i) * 8));
    return 2 + size;
}

static int put_text(uint8_t *out, const char *format, uint32_t a, uint32_t b, uint32_t c) {
    int length = snprintf((char *)out + 2, 120, format, a, b, c);
    out[0] = 0x04;
    out[1] = (uint8_t)length;
    return 2 + length;
}

enum { INTEGER = 0x02, COUNTER = 0x41, GAUGE = 0x42, TICKS = 0x43, COUNTER64 = 0x46 };

static int put_value(uint8_t *out, const struct object *o, uint32_t device) {
    static const uint32_t model[] = {1, 3, 6, 1, 4, 1, 2011, 2, 23, 999};
    uint32_t port = o->port, column = o->depth > 1 ? o->oid[o->depth - 2] : 0;
    switch (o->kind) {
    case DESCR: return put_text(out, "Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S5735 V200R022C00)", 0, 0, 0);
    case OBJECT_ID: return put_oid(out, model, LENGTH(model));
    case UPTIME: return put_number(out, TICKS, ticks());
    case CONTACT: return put_text(out, "bench", 0, 0, 0);
    case NAME: return put_text(out, "SW-%u-%u-%u", device >> 16 & 255, device >> 8 & 255, device & 255);
    case LOCATION: return put_text(out, "rack %u", device & 255, 0, 0);
    case SERVICES: return put_number(out, INTEGER, 6);
    case IF_NUMBER: return put_number(out, INTEGER, ports);
    case TABLE_CHANGE: return put_number(out, TICKS, 1234);
    case IF_INDEX: return put_number(out, INTEGER, FIRST_INDEX + port - 1);
    case IF_DESCR: case IF_NAME: return put_text(out, "GigabitEthernet0/0/%u", port, 0, 0);
    case IF_ALIAS: return put_text(out, "unit %u, room %u", port, device & 255, 0);
    case IF_TYPE: return put_number(out, INTEGER, 6);
    case IF_MTU: return put_number(out, INTEGER, 1500);
    case IF_SPEED: return put_number(out, GAUGE, 1000000000);
    case IF_HIGH_SPEED: return put_number(out, GAUGE, 1000);
    case IF_MAC: {
        uint8_t mac[8] = {0x04, 6, 0x02, (uint8_t)(device >> 16), (uint8_t)(device >> 8), (uint8_t)device,
                          (uint8_t)(port >> 8), (uint8_t)port};
        memcpy(out, mac, sizeof mac);
        return sizeof mac;
    }
    case IF_ADMIN: return put_number(out, INTEGER, 1);
    case IF_OPER: return put_number(out, INTEGER, idle(device, port) ? 2 : 1);
    case IF_CHANGE: return put_number(out, TICKS, 1234);
    case OCTETS_IN: return put_number(out, COUNTER, (uint32_t)octets(device, port, 0));
    case OCTETS_OUT: return put_number(out, COUNTER, (uint32_t)octets(device, port, 1));
    case PACKETS_IN: return put_number(out, COUNTER, (uint32_t)(octets(device, port, 0) / 700));
    case PACKETS_OUT: return put_number(out, COUNTER, (uint32_t)(octets(device, port, 1) / 700));
    case WIDE_OCTETS_IN: return put_number(out, COUNTER64, octets(device, port, 0));
    case WIDE_OCTETS_OUT: return put_number(out, COUNTER64, octets(device, port, 1));
    case WIDE_PACKETS_IN: return put_number(out, COUNTER64, octets(device, port, 0) / 700);
    case WIDE_PACKETS_OUT: return put_number(out, COUNTER64, octets(device, port, 1) / 700);
    case FEW_PACKETS: return put_number(out, COUNTER64, octets(device, port, column & 1) / 90000);
    case FAULTS: return put_number(out, COUNTER, faults(device, port, column));
    case ENTITY_NAME: return put_text(out, "MPU Board", 0, 0, 0);
    case CPU: return put_number(out, INTEGER, 5 + (mixed(device, (uint32_t)(now_us / 20000000)) % 40));
    case CPU_LIMIT: return put_number(out, INTEGER, 90);
    case MEMORY: return put_number(out, INTEGER, 30 + device % 40);
    case MEMORY_SIZE: return put_number(out, INTEGER, 536870912);
    case TEMPERATURE: return put_number(out, INTEGER, 35 + device % 20);
    }
    return 0;
}

/* ---- answers */

int enter(struct view *in, int tag, struct view *inside) {
    if (in->end - in->at < 2 || (tag && in->at[0] != tag)) return 0;
    const uint8_t *at = in->at + 2;
    size_t length = in->at[1];
    if (length & 0x80) {
        int octets_ = (int)(length & 0x7f);
        if (octets_ < 1 || octets_ > 3 || in->end - at < octets_) return 0;
        for (length = 0; octets_--;) length = length << 8 | *at++;
    }
    if ((size_t)(in->end - at) < length) return 0;
    inside->at = at;
    inside->end = in->at = at + length;
    return 1;
}

uint32_t number_in(struct view v) {
    uint32_t value = 0;
    for (; v.at < v.end; v.at++) value = value << 8 | *v.at;
    return value;
}

static int put_varbind(uint8_t *out, const uint8_t *name, int name_length, const struct object *o, uint32_t device,
                       uint8_t missing) {
    memcpy(out + 2, name, (size_t)name_length);
    int length = name_length;
    if (o) length += put_value(out + 2 + length, o, device);
    else {
        out[2 + length++] = missing;
        out[2 + length++] = 0;
    }
    out[0] = 0x30;
    out[1] = (uint8_t)length;
    return 2 + length;
}

enum { MOST_ROOTS = 128, SPACE = 96, NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82, TOO_BIG = 1 };

static int get(struct view list, uint8_t *out, int room, uint32_t device) {
    int length = 0;
    struct view varbind, name;
    while (enter(&list, 0x30, &varbind)) {
        const uint8_t *start = varbind.at;
        if (!enter(&varbind, 0x06, &name) || length + SPACE + 100 > LARGEST_REQUEST) return -1;
        int name_length = (int)(name.end - start);
        if (name_length > 48) return -1;
        length += put_varbind(out + length, start, name_length, exactly(start, name_length), device, NO_SUCH_INSTANCE);
    }
    return length > room ? -TOO_BIG : length;
}

/* GETNEXT is GETBULK of one row that fails when it does not fit. */
static int get_bulk(struct view list, uint8_t *out, int room, uint32_t device, uint32_t repetitions) {
    int place[MOST_ROOTS], roots = 0, length = 0;
    uint8_t name[MOST_ROOTS][48];
    int name_length[MOST_ROOTS];
    struct view varbind, inner;
    while (enter(&list, 0x30, &varbind)) {
        const uint8_t *start = varbind.at;
        if (roots == MOST_ROOTS || !enter(&varbind, 0x06, &inner) || inner.end - start > 48) return -1;
        name_length[roots] = (int)(inner.end - start);
        memcpy(name[roots], start, (size_t)name_length[roots]);
        if ((place[roots] = after(start, name_length[roots])) < 0) return -1;
        roots++;
    }
    for (uint32_t row = 0; row < repetitions; row++) {
        int left = 0;
        for (int i = 0; i < roots; i++) {
            uint8_t cell[256];
            int found = place[i] < count, size;
            const struct object *o = found ? &objects[place[i]] : NULL;
            const uint8_t *of = found ? o->name : row ? objects[count - 1].name : name[i];
            size = put_varbind(cell, of, found ? o->name_length : row ? objects[count - 1].name_length : name_length[i],
                               o, device, END_OF_VIEW);
            if (length + size > room) return length ? length : -TOO_BIG;
            memcpy(out + length, cell, (size_t)size);
            length += size;
            left += found;
            place[i] += found;
        }
        if (!left) break;
    }
    return length;
}

int put_head(uint8_t *out, uint8_t tag, int length) {
    out[0] = tag;
    out[1] = 0x82;
    out[2] = (uint8_t)(length >> 8);
    out[3] = (uint8_t)length;
    return 4;
}

int answer_pdu(struct view in, uint8_t *out, int room, uint32_t device) {
    if (in.at == in.end) return 0;
    uint8_t kind = *in.at;
    struct view pdu, id, second, third, list;
    static uint8_t varbinds[LARGEST_REQUEST + 512];
    if (!enter(&in, kind, &pdu) || !enter(&pdu, INTEGER, &id) || !enter(&pdu, INTEGER, &second) ||
        !enter(&pdu, INTEGER, &third) || !enter(&pdu, 0x30, &list) || id.end - id.at > 4)
        return 0;
    int id_length = (int)(id.end - id.at), head = 4 + 2 + id_length + 6 + 4, length;
    switch (kind) {
    case 0xa0: length = get(list, varbinds, room - head, device); break;
    case 0xa1: length = get_bulk(list, varbinds, room - head, device, 1); break;
    case 0xa5: length = get_bulk(list, varbinds, room - head, device, number_in(third) & 0xffff); break;
    default: return 0;
    }
    int status = length == -TOO_BIG ? TOO_BIG : 0;
    if (length < -TOO_BIG) return 0;
    const uint8_t *body = status ? list.at : varbinds;
    if (status) length = (int)(list.end - list.at);
    uint8_t *at = out;
    at += put_head(at, 0xa2, head - 4 + length);
    *at++ = INTEGER;
    *at++ = (uint8_t)id_length;
    memcpy(at, id.at, (size_t)id_length);
    at += id_length;
    memcpy(at, (uint8_t[]){INTEGER, 1, (uint8_t)status, INTEGER, 1, 0}, 6);
    at += 6;
    at += put_head(at, 0x30, length);
    memcpy(at, body, (size_t)length);
    return (int)(at - out) + length;
}

/* The whole answer to a datagram; 0 for silence. */
static int answer(const uint8_t *data, int size, uint8_t *out, uint32_t device) {
    struct view in = {data, data + size}, message, version, community;
    if (!enter(&in, 0x30, &message) || !enter(&message, INTEGER, &version)) return 0;
    const uint8_t *start = message.at;
    if (number_in(version) == 3) return answer_secure(message, out, device, ticks() / 100);
    if (number_in(version) != 1 || !enter(&message, 0x04, &community) || community.end - community.at > 64) return 0;
    int community_length = (int)(community.end - start), head = 4 + 3 + community_length;
    int pdu = answer_pdu(message, out + head, LARGEST_ANSWER - head, device);
    if (!pdu) return 0;
    uint8_t *at = out + put_head(out, 0x30, head - 4 + pdu);
    memcpy(at, (uint8_t[]){INTEGER, 1, 1}, 3);
    memcpy(at + 3, start, (size_t)community_length);
    return head + pdu;
}

/* ---- the socket */

static int opened(uint16_t port) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1, buffer = 8 << 20;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("farm");
        exit(1);
    }
    return fd;
}

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static struct mmsghdr in[BATCH], out[BATCH];
static struct iovec in_space[BATCH], out_space[BATCH];
static uint8_t requests[BATCH][LARGEST_REQUEST], responses[BATCH][LARGEST_REQUEST + 512];
static struct sockaddr_in peers[BATCH];
static union {
    struct cmsghdr head;
    char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
} controls[BATCH];

static int received(int fd) {
    for (int i = 0; i < BATCH; i++) {
        in_space[i] = (struct iovec){requests[i], LARGEST_REQUEST};
        in[i].msg_hdr = (struct msghdr){&peers[i], sizeof peers[i], &in_space[i], 1, &controls[i], sizeof controls[i], 0};
    }
    return recvmmsg(fd, in, BATCH, MSG_WAITFORONE, NULL);
}

int main(int arguments, char **words) {
    if (arguments != 4) {
        fprintf(stderr, "usage: farm PORT PORTS_A_DEVICE IDLE_PERCENT\n");
        return 2;
    }
    ports = (uint32_t)atoi(words[2]);
    idle_percent = (uint32_t)atoi(words[3]);
    if (ports * LENGTH(COLUMNS) > SLOTS / 2) {
        fprintf(stderr, "farm: at most %d ports\n", SLOTS / 2 / LENGTH(COLUMNS));
        return 2;
    }
    started_us = clock_us() / 1000000000u * 1000000000u;
    make_objects();
    usm_begin();
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop}, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int fd = opened((uint16_t)atoi(words[1]));
    puts("ready");
    fflush(stdout);
    while (!stopped) {
        int got = received(fd), ready = 0;
        now_us = clock_us();
        for (int i = 0; i < got; i++) {
            struct cmsghdr *control = CMSG_FIRSTHDR(&in[i].msg_hdr);
            if (!control || control->cmsg_type != IP_PKTINFO) continue;
            struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(control);
            int size = answer(requests[i], (int)in[i].msg_len, responses[ready], ntohl(info->ipi_addr.s_addr));
            if (!size) continue;
            info->ipi_spec_dst = info->ipi_addr;
            info->ipi_ifindex = 0;
            out_space[ready] = (struct iovec){responses[ready], (size_t)size};
            out[ready].msg_hdr = (struct msghdr){&peers[i], sizeof peers[i], &out_space[ready], 1, control,
                                                 CMSG_SPACE(sizeof *info), 0};
            ready++;
        }
        for (int sent = 0, some; sent < ready; sent += some) {
            some = sendmmsg(fd, out + sent, (unsigned)(ready - sent), 0);
            if (some < 0) some = 1; /* that answer is lost, as answers may be */
        }
        answered += (uint64_t)ready;
    }
    printf("%llu\n", (unsigned long long)answered);
    return 0;
}
