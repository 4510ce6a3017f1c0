/* SPDX-License-Identifier: Apache-2.0 */
/* The link by which a customer sees an appointment, and what they do by it: what the store may do for them, under
 * the same rules and locks.  Its history tells that it was the customer. */
#ifndef APPOINTMENT_LINK_H
#define APPOINTMENT_LINK_H

#include "db/machine.h"
#include "file/file.h"

/* What the customer may do. */
extern const struct machine appointment_link_machine;

/* Make the link, until the appointment ends; one that was made before opens nothing any more.
 * ERR_ILLEGAL_TRANSITION of an appointment that is not to come.  The subject is the appointment. */
MUSTCHECK enum err appointment_share(struct ctx *ctx, struct id id);
/* The link opens nothing any more.  ERR_NOT_SHARED. */
MUSTCHECK enum err appointment_stop_sharing(struct ctx *ctx, struct id id);

/* By the link, which is the principal.  ERR_NOT_FOUND when it is none of an appointment, or was taken away
 * meanwhile.  The subject is the appointment. */

/* They will come; said again, nothing changes. */
MUSTCHECK enum err appointment_confirm_by_link(struct ctx *ctx);
/* Errors as of appointment_reschedule(). */
MUSTCHECK enum err appointment_reschedule_by_link(struct ctx *ctx,
                                                  const struct customer_reschedule *in);
/* ERR_BAD_VALUE at /reason: it is the store's. */
MUSTCHECK enum err appointment_cancel_by_link(struct ctx *ctx, const struct customer_cancel *in);
/* ERR_REQUIRED, ERR_TOO_MANY at /concerns. */
MUSTCHECK enum err appointment_add_facts_by_link(struct ctx *ctx, const struct customer_facts *in);
/* Whose the photo is, into *file; then that it is there.  ERR_TOO_MANY_PHOTOS. */
MUSTCHECK enum err appointment_photo_begin(struct ctx *ctx, struct file *file);
void appointment_photo_added(struct ctx *ctx, const struct file *file);

#endif
