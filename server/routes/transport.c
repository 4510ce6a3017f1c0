/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the store and back, drives, loaner cars and their loans. */
#include "transport/transport.h"

#include "routes/routes.h"
#include "transport/loaner.h"

static enum err
create(struct request *req)
{
	return transport_create(&req->ctx, req->body);
}

static enum err
replan(struct request *req)
{
	return transport_replan(&req->ctx, req->id, req->body);
}

static enum err
cancel(struct request *req)
{
	return transport_cancel(&req->ctx, req->id, req->body);
}

static enum err
assign(struct request *req)
{
	return drive_assign(&req->ctx, req->id, req->body);
}

static enum err
start(struct request *req)
{
	return drive_start(&req->ctx, req->id, req->body);
}

static enum err
finish(struct request *req)
{
	return drive_finish(&req->ctx, req->id, req->body);
}

static enum err
abort_drive(struct request *req)
{
	return drive_abort(&req->ctx, req->id, req->body);
}

static enum err
cancel_drive(struct request *req)
{
	return drive_cancel(&req->ctx, req->id, req->body);
}

static enum err
create_car(struct request *req)
{
	return loaner_car_create(&req->ctx, req->body);
}

static enum err
update_car(struct request *req)
{
	return loaner_car_update(&req->ctx, req->id, req->body);
}

static enum err
withdraw_car(struct request *req)
{
	return loaner_car_withdraw(&req->ctx, req->id, req->body);
}

static enum err
put_car_back(struct request *req)
{
	return loaner_car_put_back(&req->ctx, req->id);
}

static enum err
create_loan(struct request *req)
{
	return loan_create(&req->ctx, req->body);
}

static enum err
extend(struct request *req)
{
	return loan_extend(&req->ctx, req->id, req->body);
}

static enum err
hand_out(struct request *req)
{
	return loan_hand_out(&req->ctx, req->id, req->body);
}

static enum err
take_back(struct request *req)
{
	return loan_return(&req->ctx, req->id, req->body);
}

static enum err
cancel_loan(struct request *req)
{
	return loan_cancel(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route transport_routes[] = {
	READ_ACTIONS(OP_listTransports, &transport_machine,  PAGE(transport_list)),
	READ_ACTIONS(OP_getTransport,   &transport_machine,  ONE(transport_get),
	  MANY(drives, transport_drives), MANY(loans, transport_loans)),
	COMMAND(OP_createTransport,     create,       THEN(OP_getTransport)),
	COMMAND(OP_replanTransport,     replan,       THEN(OP_getTransport)),
	COMMAND(OP_cancelTransport,     cancel,       THEN(OP_getTransport)),
	READ_ACTIONS(OP_listDrives,     &drive_machine,      PAGE(drive_list)),
	READ_ACTIONS(OP_getDrive,       &drive_machine,      ONE(drive_get)),
	COMMAND(OP_assignDrive,         assign,       THEN(OP_getDrive)),
	COMMAND(OP_startDrive,          start,        THEN(OP_getDrive)),
	COMMAND(OP_finishDrive,         finish,       THEN(OP_getDrive)),
	COMMAND(OP_abortDrive,          abort_drive,  THEN(OP_getDrive)),
	COMMAND(OP_cancelDrive,         cancel_drive, THEN(OP_getDrive)),
	READ_ACTIONS(OP_listLoanerCars, &loaner_car_machine, PAGE(loaner_car_list)),
	READ_ACTIONS(OP_getLoanerCar,   &loaner_car_machine, ONE(loaner_car_get)),
	READ(OP_listAvailableLoanerCars, PAGE(loaner_car_available)),
	COMMAND(OP_createLoanerCar,     create_car,   THEN(OP_getLoanerCar)),
	COMMAND(OP_updateLoanerCar,     update_car,   THEN(OP_getLoanerCar)),
	COMMAND(OP_withdrawLoanerCar,   withdraw_car, THEN(OP_getLoanerCar)),
	COMMAND(OP_putLoanerCarBack,    put_car_back, THEN(OP_getLoanerCar)),
	READ_ACTIONS(OP_listLoans,      &loan_machine,       PAGE(loan_list)),
	READ_ACTIONS(OP_listLateLoans,  &loan_machine,       PAGE(loan_late)),
	READ_ACTIONS(OP_getLoan,        &loan_machine,       ONE(loan_get)),
	COMMAND(OP_createLoan,          create_loan,  THEN(OP_getLoan)),
	COMMAND(OP_extendLoan,          extend,       THEN(OP_getLoan)),
	COMMAND(OP_handOutLoan,         hand_out,     THEN(OP_getLoan)),
	COMMAND(OP_returnLoan,          take_back,    THEN(OP_getLoan)),
	COMMAND(OP_cancelLoan,          cancel_loan,  THEN(OP_getLoan)),
	ROUTES_END
};
/* clang-format on */
