/* What the farm's two files share. */

#ifndef FARM_H
#define FARM_H

#include <stdint.h>

struct view {
    const uint8_t *at, *end;
};

/* Enter an element of this tag; false when there is none or it is cut off. */
int enter(struct view *in, int tag, struct view *inside);
uint32_t number_in(struct view v);
int put_head(uint8_t *out, uint8_t tag, int length);

/* The response PDU to a request PDU, in at most `room` octets; 0 when there is nothing to answer. */
int answer_pdu(struct view in, uint8_t *out, int room, uint32_t device);

void usm_begin(void);
/* The whole answer to a message of version 3, of which the version has been read; `time` is snmpEngineTime. */
int answer_secure(struct view message, uint8_t *out, uint32_t device, uint32_t time);

#endif
