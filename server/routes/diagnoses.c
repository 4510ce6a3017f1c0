/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnoses and what fault codes mean. */
#include "inspection/diagnosis.h"

#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return diagnosis_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return diagnosis_update(&req->ctx, req->id, req->body);
}

static enum err
advance(struct request *req)
{
	return diagnosis_advance(&req->ctx, req->op, req->id);
}

static enum err
agree(struct request *req)
{
	return diagnosis_agree(&req->ctx, req->id, req->body);
}

static enum err
object(struct request *req)
{
	return diagnosis_object(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route diagnosis_routes[] = {
	READ_ACTIONS(OP_listDiagnoses,     &diagnosis_machine, PAGE(diagnosis_list)),
	READ_ACTIONS(OP_getDiagnosis,      &diagnosis_machine, ONE(diagnosis_get),
	  MANY(fault_codes, diagnosis_codes), MANY(reviews, diagnosis_reviews)),
	COMMAND(OP_createDiagnosis,        create,  THEN(OP_getDiagnosis)),
	COMMAND(OP_updateDiagnosis,        update,  THEN(OP_getDiagnosis)),
	COMMAND(OP_submitDiagnosis,        advance, THEN(OP_getDiagnosis)),
	COMMAND(OP_signDiagnosis,          advance, THEN(OP_getDiagnosis)),
	COMMAND(OP_requestDiagnosisReview, advance, THEN(OP_getDiagnosis)),
	COMMAND(OP_agreeDiagnosis,         agree,   THEN(OP_getDiagnosis)),
	COMMAND(OP_objectDiagnosis,        object,  THEN(OP_getDiagnosis)),
	READ(OP_listFaultCodes,            PAGE(fault_code_list)),
	ROUTES_END
};
/* clang-format on */
