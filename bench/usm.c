/* The farm's version 3: one user, SHA-1 and AES-128 (RFC 3414, RFC 3826), an engine of its own for each address.
 *
 * It takes its pollers at their word: digest and time of a request are not checked, because that is no concern of the
 * farm's. What it says is protected as it has to be, and the pollers check it.
 */

#include "farm.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

enum { ENGINE_ID = 9, DIGEST = 12, SALT = 8, KEY = 20, BLOCK = 64, DEVICES = 1 << 14, LIMIT = 1472, REPORT = 0xa8 };

static const char USER[] = "bench", AUTHENTICATION[] = "bench-authentication", PRIVACY[] = "bench-privacy";
static uint8_t authentication_key[KEY], privacy_key[KEY];

/* What has to be known of a device to protect a message, kept by a hash of its address. */
struct keys {
    uint32_t device;
    SHA_CTX inner, outer; /* HMAC's two hashes, the key taken in */
    uint8_t cipher[16];
};
static struct keys kept[DEVICES];

static EVP_CIPHER *aes;
static EVP_CIPHER_CTX *cipher;

/* RFC 3414 section A.2.2: a megabyte of the password, over and over. */
static void key_of(const char *password, uint8_t *key) {
    uint8_t block[BLOCK];
    SHA_CTX sha;
    size_t length = strlen(password), at = 0;
    SHA1_Init(&sha);
    for (int i = 0; i < 1048576 / BLOCK; i++) {
        for (int j = 0; j < BLOCK; j++) block[j] = (uint8_t)password[at++ % length];
        SHA1_Update(&sha, block, BLOCK);
    }
    SHA1_Final(key, &sha);
}

void usm_begin(void) {
    key_of(AUTHENTICATION, authentication_key);
    key_of(PRIVACY, privacy_key);
    aes = EVP_CIPHER_fetch(NULL, "AES-128-CFB", NULL);
    cipher = EVP_CIPHER_CTX_new();
}

/* Enterprise number, format 1: the IPv4 address (RFC 3411, SnmpEngineID). */
static void engine_of(uint32_t device, uint8_t *out) {
    uint8_t id[ENGINE_ID] = {0x80, 0x00, 0x1f, 0x88, 0x01, (uint8_t)(device >> 24), (uint8_t)(device >> 16),
                          (uint8_t)(device >> 8), (uint8_t)device};
    memcpy(out, id, ENGINE_ID);
}

static void localized(const uint8_t *key, const uint8_t *engine, uint8_t *out) {
    uint8_t text[2 * KEY + ENGINE_ID];
    memcpy(text, key, KEY);
    memcpy(text + KEY, engine, ENGINE_ID);
    memcpy(text + KEY + ENGINE_ID, key, KEY);
    SHA1(text, sizeof text, out);
}

static const struct keys *keys_of(uint32_t device) {
    struct keys *k = &kept[(device * 2654435761u) >> 18];
    if (k->device == device) return k;
    uint8_t engine[ENGINE_ID], key[KEY], pad[BLOCK];
    engine_of(device, engine);
    localized(privacy_key, engine, key);
    memcpy(k->cipher, key, sizeof k->cipher);
    localized(authentication_key, engine, key);
    for (int outer = 0; outer < 2; outer++) {
        memset(pad, outer ? 0x5c : 0x36, BLOCK);
        for (int i = 0; i < KEY; i++) pad[i] ^= key[i];
        SHA_CTX *sha = outer ? &k->outer : &k->inner;
        SHA1_Init(sha);
        SHA1_Update(sha, pad, BLOCK);
    }
    k->device = device;
    return k;
}

static void crypt_(const struct keys *k, uint32_t boots, uint32_t time, const uint8_t *salt, const uint8_t *in,
                   uint8_t *out, int length, int encrypt) {
    uint8_t iv[16];
    for (int i = 0; i < 4; i++) {
        iv[i] = (uint8_t)(boots >> (24 - 8 * i));
        iv[4 + i] = (uint8_t)(time >> (24 - 8 * i));
    }
    memcpy(iv + 8, salt, SALT);
    EVP_CipherInit_ex2(cipher, aes, k->cipher, iv, encrypt, NULL);
    EVP_CipherUpdate(cipher, out, &length, in, length);
}

static int put(uint8_t *out, uint8_t tag, const void *contents, int length) {
    out[0] = tag;
    out[1] = (uint8_t)length;
    memcpy(out + 2, contents, (size_t)length);
    return 2 + length;
}

static int put_int32(uint8_t *out, uint32_t value) {
    uint8_t octets[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    return put(out, 0x02, octets, 4);
}

/* Everything up to the scoped PDU. `digest` and `salt` are empty in a plain message; `*digest_at` is where it goes. */
static int put_front(uint8_t *out, const struct view *id, uint8_t flags, uint32_t device, uint32_t time, int protected_,
                     const uint8_t *salt, int rest, int *digest_at) {
    static const uint8_t zeros[DIGEST];
    uint8_t engine[ENGINE_ID], security[128], *at = security, *start = out;
    engine_of(device, engine);
    at += put(at, 0x04, engine, ENGINE_ID);
    at += put_int32(at, 1);
    at += put_int32(at, time);
    at += put(at, 0x04, USER, protected_ ? (int)sizeof USER - 1 : 0);
    int digest_in = (int)(at - security) + 2;
    at += put(at, 0x04, zeros, protected_ ? DIGEST : 0);
    at += put(at, 0x04, salt, protected_ ? SALT : 0);
    int security_length = (int)(at - security), id_length = (int)(id->end - id->at);
    int head_length = 2 + id_length + 6 + 3 + 3;
    out += put_head(out, 0x30, 3 + 2 + head_length + 4 + security_length + rest);
    out += put(out, 0x02, "\3", 1);
    *out++ = 0x30;
    *out++ = (uint8_t)head_length;
    out += put(out, 0x02, id->at, id_length);
    out += put_int32(out, 65507);
    out += put(out, 0x04, &flags, 1);
    out += put(out, 0x02, "\3", 1);
    *out++ = 0x04;
    *out++ = (uint8_t)(2 + security_length);
    *out++ = 0x30;
    *out++ = (uint8_t)security_length;
    *digest_at = (int)(out - start) + digest_in;
    memcpy(out, security, (size_t)security_length);
    return (int)(out - start) + security_length;
}

/* The scoped PDU around a PDU that lies `room` octets into `out`, moved to its beginning. */
enum { SCOPE = 4 + 2 + ENGINE_ID + 2 };

static void put_scope(uint8_t *out, uint32_t device, int pdu) {
    uint8_t engine[ENGINE_ID];
    engine_of(device, engine);
    out += put_head(out, 0x30, SCOPE - 4 + pdu);
    out += put(out, 0x04, engine, ENGINE_ID);
    put(out, 0x04, "", 0);
}

/* usmStatsUnknownEngineIDs: what an engine says to those who do not know it yet (RFC 3414 section 4). */
static int introduce(const struct view *id, uint8_t *out, uint32_t device, uint32_t time) {
    static const uint8_t pdu[] = {REPORT, 0x1e, 2, 1, 0, 2, 1, 0, 2, 1, 0, 0x30, 0x13, 0x30, 0x11, 6, 10, 0x2b, 6, 1,
                                  6, 3, 15, 1, 1, 4, 0, 0x41, 3, 0, 0, 1};
    int at, front = put_front(out, id, 0, device, time, 0, NULL, SCOPE + (int)sizeof pdu, &at);
    put_scope(out + front, device, sizeof pdu);
    memcpy(out + front + SCOPE, pdu, sizeof pdu);
    return front + SCOPE + (int)sizeof pdu;
}

int answer_secure(struct view message, uint8_t *out, uint32_t device, uint32_t time) {
    static uint8_t plain[4096 + 512], answer[4096 + 512];
    static uint64_t salts;
    struct view head, id, size, flags, octets, security, engine, boots, sent, user, digest, salt, data, scoped, part;
    if (!enter(&message, 0x30, &head) || !enter(&head, 0x02, &id) || !enter(&head, 0x02, &size) ||
        !enter(&head, 0x04, &flags) || !enter(&message, 0x04, &octets) || !enter(&octets, 0x30, &security) ||
        !enter(&security, 0x04, &engine) || !enter(&security, 0x02, &boots) || !enter(&security, 0x02, &sent) ||
        !enter(&security, 0x04, &user) || !enter(&security, 0x04, &digest) || !enter(&security, 0x04, &salt) ||
        flags.end - flags.at != 1 || id.end - id.at > 4)
        return 0;
    if (engine.end - engine.at != ENGINE_ID) return introduce(&id, out, device, time);
    if ((*flags.at & 3) != 3 || salt.end - salt.at != SALT || !enter(&message, 0x04, &data) ||
        data.end - data.at > (int)sizeof plain)
        return 0;
    const struct keys *k = keys_of(device);
    int length = (int)(data.end - data.at);
    crypt_(k, number_in(boots), number_in(sent), salt.at, data.at, plain, length, 0);
    struct view in = {plain, plain + length};
    if (!enter(&in, 0x30, &scoped) || !enter(&scoped, 0x04, &part) || !enter(&scoped, 0x04, &part)) return 0;
    int pdu = answer_pdu(scoped, answer + SCOPE, LIMIT - 128 - SCOPE, device);
    if (!pdu) return 0;
    put_scope(answer, device, pdu);
    uint8_t own_salt[SALT], hash[KEY];
    salts++;
    memcpy(own_salt, &salts, SALT);
    int at, front = put_front(out, &id, 3, device, time, 1, own_salt, 4 + SCOPE + pdu, &at);
    front += put_head(out + front, 0x04, SCOPE + pdu);
    crypt_(k, 1, time, own_salt, answer, out + front, SCOPE + pdu, 1);
    SHA_CTX sha = k->inner;
    SHA1_Update(&sha, out, (size_t)(front + SCOPE + pdu));
    SHA1_Final(hash, &sha);
    sha = k->outer;
    SHA1_Update(&sha, hash, KEY);
    SHA1_Final(hash, &sha);
    memcpy(out + at, hash, DIGEST);
    return front + SCOPE + pdu;
}
