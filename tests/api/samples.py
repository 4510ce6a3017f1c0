# SPDX-License-Identifier: Apache-2.0
"""One right call of every operation: what must be there before it, who makes it, and its body.

`sample("operationId")` registers a function of a Trade that answers (client, path, body, options).  The
sweeps call it, repeat it, race it, and try it with what belongs to another store.
"""

import datetime
import itertools

import slots
from trade import CONSENT, HANDED_BACK, PICTURE, days_ahead

SAMPLES = {}


def sample(*names):
    def register(function):
        for name in names:
            assert name not in SAMPLES, name
            SAMPLES[name] = function
        return function
    return register


def call(client, path, body=None, **options):
    return client, path, body, options


def today(days=0):
    return str(slots.day(days))


def ago(**past):
    """An instant of the past."""
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**past)).isoformat()


def lists(who, *names, **params):
    """Plain lists of what a store owns."""
    for name, path in names:
        sample(name)(lambda t, path=path: call(getattr(t.store, who), path, params=params))


# --- The service itself ---

for _name, _path in (("getHealth", "/healthz"), ("getReadiness", "/readyz"), ("getMetrics", "/metrics"),
                     ("getContract", "/openapi.json"), ("getDocs", "/docs"), ("getDocsFile", "/docs/swagger-ui.css")):
    sample(_name)(lambda t, path=_path: call(t.chain.anyone, path))


DAYS = itertools.count(10)


def free_day():
    """A day ahead that no shift or absence of a sample has taken."""
    return next(DAYS)


@sample("listEnums")
def _(t):
    return call(t.store.tech1, "/v1/enums")


@sample("listReasonCodes")
def _(t):
    return call(t.store.tech1, "/v1/reason-codes")


@sample("getMe")
def _(t):
    return call(t.store.tech1, "/v1/me")


# --- Organisation ---

@sample("listRegions")
def _(t):
    return call(t.store.manager, "/v1/regions")


@sample("createRegion")
def _(t):
    return call(t.chain.admin, "/v1/regions", {"code": t.chain.unique(), "name": "华东"})


@sample("getRegion")
def _(t):
    return call(t.store.manager, "/v1/regions/" + t.store.region)


@sample("updateRegion")
def _(t):
    return call(t.chain.admin, "/v1/regions/" + t.chain.region(), {"name": "华东区"}, version=1)


@sample("deleteRegion")
def _(t):
    return call(t.chain.admin, "/v1/regions/" + t.chain.region(), params={"reason": "合并"})


@sample("listStores")
def _(t):
    return call(t.store.manager, "/v1/stores")


@sample("createStore")
def _(t):
    return call(t.chain.admin, "/v1/stores", {"code": t.chain.unique(), "name": "门店", "region_id": t.store.region})


@sample("getStore")
def _(t):
    return call(t.store.manager, f"/v1/stores/{t.store.id}")


def version(t, path):
    return t.store.manager.get(path, expect=200)["version"]


@sample("updateStore")
def _(t):
    path = f"/v1/stores/{t.store.id}"
    return call(t.store.manager, path, {"name": "新店"}, version=version(t, path))


@sample("setStoreHours")
def _(t):
    path = f"/v1/stores/{t.store.id}"
    return call(t.store.manager, path + "/hours", {"hours": [{"weekday": 1, "opens": "09:00", "closes": "18:00"}]},
                version=version(t, path))


@sample("addStoreHoliday")
def _(t):
    return call(t.store.manager, f"/v1/stores/{t.store.id}/holidays", {"date": "2026-10-01", "closed": True})


@sample("deleteStoreHoliday")
def _(t):
    path = f"/v1/stores/{t.store.id}/holidays"
    t.store.manager.post(path, {"date": "2026-10-02", "closed": True}, expect=201)
    return call(t.store.manager, path + "/2026-10-02")


@sample("listBays")
def _(t):
    return call(t.store.manager, f"/v1/stores/{t.store.id}/bays")


@sample("createBay")
def _(t):
    return call(t.store.manager, f"/v1/stores/{t.store.id}/bays", {"code": "X9"})


@sample("getBay")
def _(t):
    return call(t.store.manager, "/v1/bays/" + t.store.bay)


@sample("updateBay")
def _(t):
    return call(t.store.manager, "/v1/bays/" + t.store.bay, {"name": "一号"}, version=version(t, "/v1/bays/" + t.store.bay))


@sample("deleteBay")
def _(t):
    return call(t.store.manager, "/v1/bays/" + t.store.bay, params={"reason": "拆除"})


@sample("getStorePolicies")
def _(t):
    return call(t.store.manager, f"/v1/stores/{t.store.id}/policies")


@sample("updateStorePolicies")
def _(t):
    path = f"/v1/stores/{t.store.id}/policies"
    return call(t.store.manager, path, {"tax_bp": 300}, version=version(t, path))


# --- The roster ---

lists("tech1", ("listShifts", "/v1/shifts"))
lists("advisor", ("listAbsences", "/v1/absences"), ("listSkills", "/v1/skills"), ("listCertificates", "/v1/certificates"))


@sample("listStaffShifts")
def _(t):
    return call(t.store.tech1, f"/v1/staff/{t.store.tech2.id}/shifts")


@sample("createShift")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech1.id}/shifts", {
        "store_id": t.store.id, "date": today(2), "from": "08:00", "to": "17:00", "note": "早班"})


@sample("getShift")
def _(t):
    return call(t.store.tech1, f"/v1/shifts/{t.shift(days=free_day())['id']}")


@sample("updateShift")
def _(t):
    return call(t.store.manager, f"/v1/shifts/{t.shift(days=free_day())['id']}", {"to": "18:00"}, version=1)


@sample("cancelShift")
def _(t):
    return call(t.store.manager, f"/v1/shifts/{t.shift(days=free_day())['id']}/cancel", {"reason": "店庆"})


@sample("listStaffAbsences")
def _(t):
    return call(t.store.dispatcher, f"/v1/staff/{t.store.tech2.id}/absences")


@sample("createAbsence")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech1.id}/absences", {
        "kind": "sick", "starts_at": days_ahead(1), "ends_at": days_ahead(3), "note": "感冒"})


@sample("getAbsence")
def _(t):
    return call(t.store.advisor, f"/v1/absences/{t.absence(days=free_day())['id']}")


@sample("updateAbsence")
def _(t):
    return call(t.store.manager, f"/v1/absences/{t.absence(days=free_day())['id']}", {"kind": "personal"}, version=1)


@sample("cancelAbsence")
def _(t):
    return call(t.store.manager, f"/v1/absences/{t.absence(days=free_day())['id']}/cancel")


@sample("listStaffSkills")
def _(t):
    return call(t.store.leader, f"/v1/staff/{t.store.tech2.id}/skills")


@sample("setStaffSkills")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech1.id}/skills", {"skills": [{"skill": "brakes", "level": 3}]}, version=1)


@sample("listStaffCertificates")
def _(t):
    return call(t.store.parts, f"/v1/staff/{t.store.tech2.id}/certificates")


@sample("createCertificate")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech1.id}/certificates", {
        "kind": "repair", "number": t.chain.unique(), "valid_from": "2024-05-01", "expires_on": "2030-04-30", "issuer": "交通运输部"})


@sample("getCertificate")
def _(t):
    return call(t.store.advisor, f"/v1/certificates/{t.certificate()['id']}")


@sample("updateCertificate")
def _(t):
    return call(t.store.manager, f"/v1/certificates/{t.certificate()['id']}", {"expires_on": "2030-01-01"}, version=1)


@sample("deleteCertificate")
def _(t):
    return call(t.store.manager, f"/v1/certificates/{t.certificate()['id']}", params={"reason": "录入错误"})


lists("tech1", ("listEquipment", "/v1/equipment"))


@sample("listDispatchSuggestions")
def _(t):
    t.store.tech1  # pylint: disable=pointless-statement
    return call(t.store.dispatcher, "/v1/dispatch-suggestions", params={"work_order_id": t.authorised()["id"]})


@sample("getStaffing")
def _(t):
    return call(t.store.advisor, "/v1/staffing", params={"store_id": t.store.id, "week": today(7)})


@sample("listBrokenAppointments")
def _(t):
    return call(t.store.advisor, "/v1/broken-appointments", params={"store_id": t.store.id})


@sample("createEquipment")
def _(t):
    return call(t.store.manager, "/v1/equipment", {
        "store_id": t.store.id, "code": t.chain.unique(), "name": "四轮定位仪", "kind": "alignment", "calibration_due": today(90)})


@sample("getEquipment")
def _(t):
    return call(t.store.tech1, f"/v1/equipment/{t.equipment()['id']}")


@sample("updateEquipment")
def _(t):
    return call(t.store.manager, f"/v1/equipment/{t.equipment()['id']}", {"service_due": today(30)}, version=1)


@sample("deleteEquipment")
def _(t):
    return call(t.store.manager, f"/v1/equipment/{t.equipment()['id']}", params={"reason": "报废"})


@sample("takeEquipmentOut")
def _(t):
    return call(t.store.leader, f"/v1/equipment/{t.equipment()['id']}/take-out", {"reason": "broken", "note": "漏油"})


@sample("putEquipmentBack")
def _(t):
    path = f"/v1/equipment/{t.equipment()['id']}"
    t.store.leader.post(path + "/take-out", {"reason": "service"}, expect=200)
    return call(t.store.leader, path + "/put-back")


@sample("serviceEquipment")
def _(t):
    return call(t.store.dispatcher, f"/v1/equipment/{t.equipment()['id']}/service", {"kind": "service", "date": today(-1)})


# --- Departments ---

lists("tech1", ("listDepartments", "/v1/departments"), ("listRoutingRules", "/v1/routing-rules"))


@sample("createDepartment")
def _(t):
    return call(t.store.manager, "/v1/departments", {
        "store_id": t.store.id, "code": t.chain.unique(), "name": "钣金组", "kind": "body", "lead_id": t.store.leader.id,
        "service_classes": ["repair"], "skills": ["BODY"], "repair_categories": ["special"]})


@sample("getDepartment")
def _(t):
    return call(t.store.tech1, f"/v1/departments/{t.department()['id']}")


@sample("updateDepartment")
def _(t):
    return call(t.store.manager, f"/v1/departments/{t.department()['id']}", {"name": "钣喷组", "lead_id": t.store.leader.id}, version=1)


@sample("retireDepartment")
def _(t):
    return call(t.store.manager, f"/v1/departments/{t.department()['id']}/retire", {"into_id": t.department()["id"]})


@sample("reinstateDepartment")
def _(t):
    path = f"/v1/departments/{t.department()['id']}"
    t.store.manager.post(path + "/retire", expect=200)
    return call(t.store.manager, path + "/reinstate")


@sample("listDepartmentWork")
def _(t):
    return call(t.store.tech1, f"/v1/departments/{t.department()['id']}/work", params={"open": "true"})


@sample("listStaffDepartments")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech1.id}/departments")


@sample("setStaffDepartments")
def _(t):
    path = f"/v1/staff/{t.store.tech1.id}"
    return call(t.store.manager, path + "/departments", {"store_id": t.store.id, "department_ids": [t.department()["id"]]}, version=version(t, path))


@sample("createRoutingRule")
def _(t):
    return call(t.store.manager, "/v1/routing-rules", {
        "store_id": t.store.id, "position": 100, "skill": t.chain.unique(), "department_id": t.department()["id"]})


@sample("getRoutingRule")
def _(t):
    return call(t.store.tech1, f"/v1/routing-rules/{t.routing_rule()['id']}")


@sample("updateRoutingRule")
def _(t):
    return call(t.store.manager, f"/v1/routing-rules/{t.routing_rule()['id']}", {"position": 5, "department_id": t.department()["id"]}, version=1)


@sample("deleteRoutingRule")
def _(t):
    return call(t.store.manager, f"/v1/routing-rules/{t.routing_rule()['id']}", params={"reason": "调整"})


@sample("routeWorkOrderLine")
def _(t):
    takes_all = t.department(skills=[])
    return call(t.store.leader, f"/v1/work-order-lines/{t.order()['lines'][0]['id']}/route", {"department_id": takes_all["id"], "reason": "workload"})


# --- Staff ---

def password(t, client):
    """Let somebody log in; hashing is the daemon's own."""
    t.chain.admin.post(f"/v1/staff/{client.id}/password", {"password": "correct horse"}, expect=204)


@sample("createSession")
def _(t):
    password(t, t.store.tech2)
    username = t.chain.admin.get(f"/v1/staff/{t.store.tech2.id}", expect=200)["username"]
    return call(t.chain.anyone, "/v1/sessions", {"username": username, "password": "correct horse"})


@sample("deleteSession")
def _(t):
    return call(t.store.tech2, "/v1/sessions/current")


@sample("changePassword")
def _(t):
    password(t, t.store.tech2)  # which ends the sessions there are
    again = t.chain.people.client(t.chain.people.session(t.store.tech2.id))
    return call(again, "/v1/me/password", {"current": "correct horse", "new": "battery staple"})


lists("manager", ("listTablets", "/v1/tablets"))


@sample("createTablet")
def _(t):
    return call(t.store.manager, "/v1/tablets", {"store_id": t.store.id, "name": "二号工位"})


@sample("getTablet")
def _(t):
    return call(t.store.manager, f"/v1/tablets/{t.tablet()['id']}")


@sample("revokeTablet")
def _(t):
    return call(t.store.manager, f"/v1/tablets/{t.tablet()['id']}/revoke")


@sample("unlockTablet")
def _(t):
    made = t.tablet()
    t.chain.anyone.post("/v1/tablet-pairings", {"code": made["pairing_code"]}, expect=200)
    return call(t.store.manager, f"/v1/tablets/{made['id']}/unlock")


@sample("pairTablet")
def _(t):
    return call(t.chain.anyone, "/v1/tablet-pairings", {"code": t.tablet()["pairing_code"]})


@sample("createTabletSession")
def _(t):
    t.numbered(t.store.tech2)
    password(t, t.store.tech2)
    again = t.chain.people.client(t.chain.people.session(t.store.tech2.id))
    again.post("/v1/me/pin", {"current": "correct horse", "pin": "2580"}, expect=204)
    number = t.store.manager.get(f"/v1/staff/{t.store.tech2.id}", expect=200)["employee_no"]
    return call(t.chain.anyone, "/v1/tablet-sessions", {"tablet_token": t.paired(), "staff_number": number, "pin": "2580"})


@sample("setPin")
def _(t):
    t.numbered(t.store.tech2)
    password(t, t.store.tech2)  # which ends the sessions there are
    again = t.chain.people.client(t.chain.people.session(t.store.tech2.id))
    return call(again, "/v1/me/pin", {"current": "correct horse", "pin": "2580"})


@sample("unlockStaffPin")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}/unlock-pin", {"store_id": t.store.id})


lists("manager", ("listStaff", "/v1/staff"))


@sample("createStaff")
def _(t):
    return call(t.store.manager, "/v1/staff", {"store_id": t.store.id, "name": "李雷", "username": t.chain.unique().lower()})


@sample("getStaff")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}")


@sample("updateStaff")
def _(t):
    path = f"/v1/staff/{t.store.tech2.id}"
    return call(t.store.manager, path, {"name": "韩梅梅"}, version=version(t, path))


@sample("deleteStaff")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}", params={"reason": "离职"})


@sample("setStaffPassword")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}/password", {"password": "correct horse"})


@sample("listStaffGrants")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}/grants")


@sample("createStaffGrant")
def _(t):
    return call(t.store.manager, f"/v1/staff/{t.store.tech2.id}/grants", {"role": "cashier", "store_id": t.store.id})


@sample("deleteStaffGrant")
def _(t):
    path = f"/v1/staff/{t.store.tech2.id}/grants"
    grant = t.store.manager.post(path, {"role": "cashier", "store_id": t.store.id}, expect=201)
    grants = t.store.manager.get(path, expect=200).data
    one = next(g for g in grants if g["role"] == "cashier") if "role" not in grant.json else grant.json
    return call(t.store.manager, f"{path}/{one['id']}")


def key(t):
    return {"name": "收银系统", "scopes": ["store.read"], "store_ids": [t.store.id]}


@sample("listApiKeys")
def _(t):
    return call(t.chain.admin, "/v1/api-keys")


@sample("createApiKey")
def _(t):
    return call(t.chain.admin, "/v1/api-keys", key(t))


@sample("getApiKey")
def _(t):
    return call(t.chain.admin, f"/v1/api-keys/{t.chain.admin.post('/v1/api-keys', key(t), expect=201)['id']}")


@sample("deleteApiKey")
def _(t):
    return call(t.chain.admin, f"/v1/api-keys/{t.chain.admin.post('/v1/api-keys', key(t), expect=201)['id']}")


# --- What was done, and by whom ---

lists("manager", ("listAuditEntries", "/v1/audit-entries"), ("listAccessLog", "/v1/access-log"), ("listEvents", "/v1/events"))


# --- Customers and vehicles ---

lists("advisor", ("listCustomers", "/v1/customers"), ("listVehicles", "/v1/vehicles"))


@sample("createCustomer")
def _(t):
    return call(t.store.advisor, "/v1/customers", {"kind": "person", "name": "赵六", "phone": t.chain.phone(),
                                                   "store_id": t.store.id})


def customer_path(t, suffix=""):
    return f"/v1/customers/{t.customer()['id']}{suffix}"


for _name, _suffix in (("getCustomer", ""), ("getCustomerPhone", "/phone"), ("listContacts", "/contacts"),
                       ("listContactValues", "/contact-values"), ("listConsents", "/consents"),
                       ("listCustomerVehicles", "/vehicles"), ("getCustomerTimeline", "/timeline")):
    sample(_name)(lambda t, suffix=_suffix: call(t.store.advisor, customer_path(t, suffix)))


@sample("updateCustomer")
def _(t):
    return call(t.store.advisor, customer_path(t), {"name": "赵七"}, version=1)


@sample("deleteCustomer")
def _(t):
    return call(t.chain.admin, customer_path(t), params={"reason": "重复录入"})


@sample("lookupCustomer")
def _(t):
    phone = t.chain.phone()
    t.customer(phone=phone)
    return call(t.store.advisor, "/v1/customers/lookup", {"phone": phone, "store_id": t.store.id})


@sample("listCustomerDuplicates")
def _(t):
    return call(t.store.manager, "/v1/customers/duplicates")


@sample("mergeCustomers")
def _(t):
    return call(t.chain.admin, "/v1/customers/merge", {"keep_id": t.customer()["id"], "merge_id": t.customer()["id"]})


@sample("addContact")
def _(t):
    return call(t.store.advisor, customer_path(t, "/contacts"), {"kind": "phone", "value": t.chain.phone()})


def contact(t):
    return t.store.advisor.post(customer_path(t, "/contacts"), {"kind": "email", "value": "a@b.cn"}, expect=201)["id"]


@sample("getContact", "deleteContact")
def _(t):
    return call(t.store.advisor, "/v1/contacts/" + contact(t))


@sample("grantConsent")
def _(t):
    return call(t.store.advisor, customer_path(t, "/consents"), {"channel": "sms", "purpose": "marketing", "text_version": "1"})


def consent(t):
    return t.store.advisor.post(customer_path(t, "/consents"), {"channel": "sms", "purpose": "survey", "text_version": "1"},
                                expect=201)["id"]


@sample("getConsent")
def _(t):
    return call(t.store.advisor, "/v1/consents/" + consent(t))


@sample("withdrawConsent")
def _(t):
    return call(t.store.advisor, f"/v1/consents/{consent(t)}/withdraw")


@sample("createVehicle")
def _(t):
    return call(t.store.advisor, "/v1/vehicles", {"plate": t.chain.plate(), "customer_id": t.customer()["id"],
                                                  "store_id": t.store.id})


def vehicle_path(t, suffix=""):
    return f"/v1/vehicles/{t.vehicle()['id']}{suffix}"


for _name, _suffix in (("getVehicle", ""), ("listPlates", "/plates"), ("listOwners", "/owners"),
                       ("listOdometerReadings", "/odometer-readings"), ("getVehicleHistory", "/history")):
    sample(_name)(lambda t, suffix=_suffix: call(t.store.advisor, vehicle_path(t, suffix)))


@sample("updateVehicle")
def _(t):
    path = vehicle_path(t)
    return call(t.store.advisor, path, {"colour": "白"}, version=version(t, path))


@sample("lookupVehicle")
def _(t):
    plate = t.chain.plate()
    t.vehicle(plate=plate)
    return call(t.store.advisor, "/v1/vehicles/lookup", {"plate": plate, "store_id": t.store.id})


@sample("changePlate")
def _(t):
    return call(t.store.advisor, vehicle_path(t, "/plates"), {"plate": t.chain.plate()})


@sample("addOwner")
def _(t):
    return call(t.store.advisor, vehicle_path(t, "/owners"), {"customer_id": t.customer()["id"], "role": "driver"})


@sample("addOdometerReading")
def _(t):
    return call(t.store.advisor, vehicle_path(t, "/odometer-readings"), {"km": 51000})


@sample("getOdometerReading")
def _(t):
    made = t.store.advisor.post(vehicle_path(t, "/odometer-readings"), {"km": 51000}, expect=201)
    return call(t.store.advisor, f"/v1/odometer-readings/{made['id']}")


@sample("decodeVin")
def _(t):
    return call(t.store.tech1, "/v1/vin/" + t.chain.vin())


@sample("search")
def _(t):
    return call(t.store.advisor, "/v1/search", params={"q": "王"})


# --- KPIs ---

def period(**more):
    return {"from": today(-7), "to": today(), **more}


for _name, _path, _params in (
        ("listKpis", "/v1/kpis", {}), ("listKpiValues", "/v1/kpi-values", period(kpi="orders_delivered"))):
    sample(_name)(lambda t, path=_path, params=_params: call(t.store.manager, path, params=params))


@sample("explainKpiValue")
def _(t):
    return call(t.store.manager, "/v1/kpi-values/explain", params={"kpi": "orders_delivered", "store_id": t.store.id,
                                                                   "day": today()})


# --- Catalogue and stock ---

for _name, _path in (("listOperations", "/v1/operations"), ("listParts", "/v1/parts")):
    sample(_name)(lambda t, path=_path: call(t.store.advisor, path))


@sample("createOperation")
def _(t):
    return call(t.chain.purchaser, "/v1/operations", {"code": t.chain.unique(), "name": "四轮定位", "standard_hours": 1,
                                                      "unit_price": 20000})


@sample("getOperation")
def _(t):
    return call(t.store.advisor, f"/v1/operations/{t.operation()['id']}")


@sample("updateOperation")
def _(t):
    return call(t.chain.purchaser, f"/v1/operations/{t.operation()['id']}", {"unit_price": 1}, version=1)


@sample("listPriceLists")
def _(t):
    return call(t.store.advisor, "/v1/price-lists", params={"valid_on": today()})


@sample("createPriceList")
def _(t):
    return call(t.chain.purchaser, "/v1/price-lists", {
        "name": "价目表", "store_class": t.chain.unique(), "valid_from": today(), "valid_to": today(30),
        "prices": [{"operation_id": t.operation()["id"], "price": 15000}]})


@sample("getPriceList")
def _(t):
    return call(t.store.advisor, f"/v1/price-lists/{t.price_list()['id']}")


@sample("updatePriceList")
def _(t):
    return call(t.chain.purchaser, f"/v1/price-lists/{t.price_list()['id']}", {"valid_to": today(60)}, version=1)


@sample("deletePriceList")
def _(t):
    return call(t.chain.purchaser, f"/v1/price-lists/{t.price_list()['id']}", params={"reason": "录错"})


@sample("listListedPrices")
def _(t):
    return call(t.store.advisor, f"/v1/price-lists/{t.price_list()['id']}/prices")


@sample("setListedPrices")
def _(t):
    return call(t.chain.purchaser, f"/v1/price-lists/{t.price_list()['id']}/prices", {
        "prices": [{"part_id": t.part()["id"], "price": 6000}, {"operation_id": t.operation()["id"], "basis": "fixed", "price": 20000}]})


@sample("listPriceChanges")
def _(t):
    return call(t.store.advisor, "/v1/price-changes", params={"operation_id": t.operation()["id"]})


@sample("listPackages")
def _(t):
    return call(t.store.advisor, "/v1/packages", params={"code": t.package()["code"]})


@sample("createPackage")
def _(t):
    return call(t.chain.purchaser, "/v1/packages", {
        "code": t.chain.unique(), "name": "小保养", "price": 39800,
        "items": [{"operation_id": t.operation()["id"]}, {"part_id": t.part()["id"], "quantity": 2}]})


@sample("getPackage")
def _(t):
    return call(t.store.advisor, f"/v1/packages/{t.package()['id']}")


@sample("updatePackage")
def _(t):
    return call(t.chain.purchaser, f"/v1/packages/{t.package()['id']}", {"price": 29800}, version=1)


@sample("listPackageRevisions")
def _(t):
    return call(t.store.advisor, f"/v1/packages/{t.package()['id']}/revisions")


@sample("addWorkOrderPackage")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}/packages", {"package_id": t.package()["id"]})


@sample("listMarkupMatrices")
def _(t):
    return call(t.store.manager, "/v1/markup-matrices")


@sample("createMarkupMatrix")
def _(t):
    return call(t.chain.purchaser, "/v1/markup-matrices", {
        "name": "加价", "store_class": t.chain.unique(), "bands": [{"cost_from": 0, "markup_bp": 5000}]})


@sample("getMarkupMatrix")
def _(t):
    return call(t.store.manager, f"/v1/markup-matrices/{t.markup_matrix()['id']}")


@sample("updateMarkupMatrix")
def _(t):
    return call(t.chain.purchaser, f"/v1/markup-matrices/{t.markup_matrix()['id']}", {"rounding": "up"}, version=1)


@sample("deleteMarkupMatrix")
def _(t):
    return call(t.chain.purchaser, f"/v1/markup-matrices/{t.markup_matrix()['id']}", params={"reason": "停用"})


@sample("createPart")
def _(t):
    return call(t.chain.purchaser, "/v1/parts", {"number": t.chain.unique(), "name": "火花塞", "unit": "件", "sale_price": 1})


@sample("getPart")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{t.part()['id']}")


@sample("setPartPrice")
def _(t):
    return call(t.chain.purchaser, "/v1/part-prices", {"number": t.part()["number"], "sale_price": 2})


@sample("updatePart")
def _(t):
    return call(t.chain.purchaser, f"/v1/parts/{t.part()['id']}", {"sale_price": 2}, version=1)


lists("advisor", ("listPriceAdjustments", "/v1/price-adjustments"))


@sample("createPriceAdjustment")
def _(t):
    return call(t.chain.purchaser, "/v1/price-adjustments", {"effective_on": today(1), "reason": "厂家调价", "lines": [{"part_id": t.part()["id"], "new_price": 7200}]})


@sample("getPriceAdjustment")
def _(t):
    return call(t.store.advisor, f"/v1/price-adjustments/{t.price_adjustment()['id']}")


@sample("updatePriceAdjustment")
def _(t):
    return call(t.chain.purchaser, f"/v1/price-adjustments/{t.price_adjustment()['id']}", {"reason": "年度调价"}, version=1)


@sample("listPriceAdjustmentLines")
def _(t):
    return call(t.store.advisor, f"/v1/price-adjustments/{t.price_adjustment()['id']}/lines")


@sample("auditPriceAdjustment")
def _(t):
    return call(t.chain.finance, f"/v1/price-adjustments/{t.price_adjustment()['id']}/audit")


@sample("voidPriceAdjustment")
def _(t):
    return call(t.chain.purchaser, f"/v1/price-adjustments/{t.price_adjustment()['id']}/void")


@sample("cancelPriceAdjustment")
def _(t):
    return call(t.chain.finance, f"/v1/price-adjustments/{t.price_adjustment(audited=True)['id']}/cancel", {"reason": "推迟"})


@sample("listPartPrices")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{t.part()['id']}/prices")


def picture_of_nothing(t):
    """A photo that a third store has uploaded and that belongs to nothing: what shows a part is told to all, by its id."""
    store = t.chain.store()
    return store.tech1.request("POST", "/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params={"store_id": store.id, "name": "正面.png"}, expect=201)


def pictured(t):
    part = t.part()["id"]
    t.chain.admin.put(f"/v1/parts/{part}/files", {"files": [{"file_id": picture_of_nothing(t)["id"], "kind": "photo", "caption": "正面"}]}, version=1, expect=200)
    return part


@sample("listPartFiles")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{pictured(t)}/files")


@sample("setPartFiles")
def _(t):
    return call(t.chain.purchaser, f"/v1/parts/{t.part()['id']}/files", {"files": [{"file_id": picture_of_nothing(t)["id"], "kind": "drawing"}]}, version=1)


@sample("listPartEpcReferences")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{t.part()['id']}/epc-references")


@sample("setPartEpcReferences")
def _(t):
    return call(t.chain.purchaser, f"/v1/parts/{t.part()['id']}/epc-references", {"references": [{"catalogue": "ETKA", "figure": "615-010", "position": "14"}]}, version=1)


lists("parts", ("listBinStock", "/v1/bin-stock"), ("listBinMoves", "/v1/bin-moves"))


@sample("createBinStock")
def _(t):
    return call(t.store.parts, "/v1/bin-stock", {"bin_id": t.bin()["id"], "part_id": t.part()["id"], "home": True, "minimum": 2})


@sample("getBinStock")
def _(t):
    return call(t.store.parts, f"/v1/bin-stock/{t.bin_stock()['id']}")


@sample("setBinStock")
def _(t):
    made = t.bin_stock()
    return call(t.store.parts, f"/v1/bin-stock/{made['id']}", {"home": True}, version=made["version"])


@sample("moveBinStock")
def _(t):
    lies = t.bin_stock()
    return call(t.store.parts, "/v1/bin-moves", {"part_id": lies["part"]["id"], "from_bin_id": lies["bin"]["id"], "to_bin_id": t.bin()["id"], "quantity": 1})


@sample("getBinMove")
def _(t):
    return call(t.store.parts, f"/v1/bin-moves/{t.bin_move()['id']}")


lists("parts", ("listCoreDeposits", "/v1/core-deposits"), ("listCoreDepositBalances", "/v1/core-deposit-balances"))


@sample("getCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core()['id']}")


@sample("collectCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core()['id']}/collect", {"place": "A-1"})


@sample("sendCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core('collect')['id']}/send", {"supplier_id": t.supplier()["id"], "reference": "RMA-1"})


@sample("refundCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core('collect', 'send')['id']}/refund", {"amount": 120000})


@sample("forgoCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core()['id']}/forgo", {"reason": "damaged"})


@sample("reopenCoreDeposit")
def _(t):
    return call(t.store.parts, f"/v1/core-deposits/{t.core('collect')['id']}/reopen", {"reason": "登记错误"})


lists("parts", ("listWasteKinds", "/v1/waste-kinds"), ("listWasteBalances", "/v1/waste-balances"), ("listWasteEntries", "/v1/waste-entries"))


@sample("createWasteKind")
def _(t):
    return call(t.chain.purchaser, "/v1/waste-kinds", {"category": "HW49", "code": "900-041-49", "name": "含油抹布 " + t.chain.unique(), "unit": "gram"})


@sample("getWasteKind")
def _(t):
    return call(t.store.parts, f"/v1/waste-kinds/{t.waste_kind()['id']}")


@sample("updateWasteKind")
def _(t):
    return call(t.chain.purchaser, f"/v1/waste-kinds/{t.waste_kind()['id']}", {"limit_days": 90}, version=1)


@sample("storeWaste")
def _(t):
    return call(t.store.parts, "/v1/waste-entries", {"store_id": t.store.id, "kind_id": t.waste_kind()["id"], "quantity": 4200})


@sample("collectWaste")
def _(t):
    kind = t.waste()["kind"]["id"]
    return call(t.store.parts, "/v1/waste-collections", {
        "store_id": t.store.id, "kind_id": kind, "quantity": 1000, "collector": "环保科技", "licence_number": "SH-0001", "licence_valid_to": today(30), "manifest_number": "3101202600001"})


@sample("getWasteEntry")
def _(t):
    return call(t.store.parts, f"/v1/waste-entries/{t.waste()['id']}")


@sample("reverseWasteEntry")
def _(t):
    return call(t.store.manager, f"/v1/waste-entries/{t.waste()['id']}/reverse", {"reason": "重量录错"})


lists("advisor", ("listTasks", "/v1/tasks"))


@sample("createTask")
def _(t):
    return call(t.store.advisor, "/v1/tasks", {"store_id": t.store.id, "kind": "follow_up", "customer_id": t.customer()["id"], "due_at": days_ahead(1)})


@sample("getTask")
def _(t):
    return call(t.store.advisor, f"/v1/tasks/{t.task()['id']}")


@sample("updateTask")
def _(t):
    return call(t.store.advisor, f"/v1/tasks/{t.task()['id']}", {"assignee_id": t.store.advisor.id, "note": "下午方便接电话"}, version=1)


@sample("attemptTask")
def _(t):
    return call(t.store.advisor, f"/v1/tasks/{t.task()['id']}/attempt", {"method": "phone", "result": "no_answer"})


@sample("finishTask")
def _(t):
    return call(t.store.advisor, f"/v1/tasks/{t.task()['id']}/done", {"outcome": "will_come"})


@sample("cancelTask")
def _(t):
    return call(t.store.advisor, f"/v1/tasks/{t.task()['id']}/cancel", {"reason": "客户已到店"})


lists("advisor", ("listKeyPartKinds", "/v1/key-part-kinds"))


@sample("createKeyPartKind")
def _(t):
    return call(t.chain.purchaser, "/v1/key-part-kinds", {"key_class": 3, "name": "制动软管 " + t.chain.unique()})


@sample("getKeyPartKind")
def _(t):
    return call(t.store.advisor, f"/v1/key-part-kinds/{t.key_part_kind()['id']}")


@sample("updateKeyPartKind")
def _(t):
    return call(t.chain.purchaser, f"/v1/key-part-kinds/{t.key_part_kind()['id']}", {"note": "含总成"}, version=1)


@sample("listKeyPartKindParts")
def _(t):
    kind = t.key_part_kind()["id"]
    t.part(key_part_kind_id=kind)
    return call(t.store.advisor, f"/v1/key-part-kinds/{kind}/parts")


def replaced(t):
    """(a part, what says that another succeeds it)"""
    part = t.part()
    return part, t.chain.purchaser.post(f"/v1/parts/{part['id']}/replacements", {"part_id": t.part()["id"], "kind": "successor", "note": "改进密封"}, expect=201)


@sample("listPartReplacements")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{replaced(t)[0]['id']}/replacements")


@sample("addPartReplacement")
def _(t):
    return call(t.chain.purchaser, f"/v1/parts/{t.part()['id']}/replacements", {"part_id": t.part()["id"], "kind": "alternative"})


@sample("getPartReplacement")
def _(t):
    return call(t.store.advisor, f"/v1/part-replacements/{replaced(t)[1]['id']}")


@sample("endPartReplacement")
def _(t):
    return call(t.chain.purchaser, f"/v1/part-replacements/{replaced(t)[1]['id']}/end", {})


@sample("listPartFitments")
def _(t):
    return call(t.store.advisor, f"/v1/parts/{t.part()['id']}/fitments")


@sample("setPartFitments")
def _(t):
    return call(t.chain.purchaser, f"/v1/parts/{t.part()['id']}/fitments", {"fitments": [{"make": "Volkswagen", "model": "Lavida", "year_from": 2015}]}, version=1)


lists("parts", ("listWarehouses", "/v1/warehouses"), ("listBins", "/v1/bins"), ("listStockLevels", "/v1/stock-levels"),
      ("listStockMovements", "/v1/stock-movements"), ("listReservations", "/v1/reservations"), ("listDemands", "/v1/demands"),
      ("listStockDocuments", "/v1/stock-documents"), ("listTransfers", "/v1/transfers"), ("listStocktakes", "/v1/stocktakes"),
      ("listStockLimits", "/v1/stock-limits"), ("listStockAlerts", "/v1/stock-alerts"),
      ("listLostSales", "/v1/lost-sales"), ("listLostSaleCauses", "/v1/lost-sales/causes"),
      ("listPurchaseOrders", "/v1/purchase-orders"), ("listSalesOrders", "/v1/sales-orders"), ("listSuppliers", "/v1/suppliers"), ("listSupplierOffers", "/v1/supplier-offers"))


lists("parts", ("listReplenishmentRuns", "/v1/replenishment-runs"))


@sample("createReplenishmentRun")
def _(t):
    return call(t.store.parts, "/v1/replenishment-runs", {"store_id": t.store.id, "budget": 100000})


@sample("getReplenishmentRun")
def _(t):
    return call(t.store.parts, f"/v1/replenishment-runs/{t.replenishment()['id']}")


@sample("listReplenishmentLines")
def _(t):
    return call(t.store.parts, f"/v1/replenishment-runs/{t.replenishment()['id']}/lines")


@sample("orderReplenishmentRun")
def _(t):
    return call(t.store.parts, f"/v1/replenishment-runs/{t.replenishment()['id']}/order", {})


@sample("createCentralPurchase")
def _(t):
    return call(t.chain.purchaser, "/v1/central-purchases", {"supplier_id": t.supplier()["id"], "lines": [
        {"part_id": t.part()["id"], "unit_price": 2900, "stores": [{"store_id": t.store.id, "quantity": 40}]}]})


@sample("listCentralPurchases")
def _(t):
    return call(t.chain.purchaser, "/v1/central-purchases")


@sample("getCentralPurchase")
def _(t):
    made = t.chain.purchaser.post("/v1/central-purchases", {"supplier_id": t.supplier()["id"], "lines": [
        {"part_id": t.part()["id"], "unit_price": 2900, "stores": [{"store_id": t.store.id, "quantity": 40}]}]}, expect=201)
    return call(t.chain.purchaser, f"/v1/central-purchases/{made['id']}")


@sample("listPartBatches")
def _(t):
    return call(t.store.parts, "/v1/part-batches", params={"part_id": t.tracked()["part"]["id"]})


@sample("getPartBatch")
def _(t):
    return call(t.store.parts, f"/v1/part-batches/{t.tracked()['id']}")


@sample("listPartTraces")
def _(t):
    return call(t.store.parts, "/v1/part-traces", params={"batch_id": t.tracked()["id"]})


lists("manager", ("listSupplierInvoices", "/v1/supplier-invoices"), ("listPayables", "/v1/payables"))


@sample("createSupplierInvoice")
def _(t):
    order = t.purchase("audit")
    receipt = t.store.parts.get("/v1/stock-documents", params={"purchase_order_id": order["id"]}, expect=200).data[0]
    line = t.store.parts.get(f"/v1/stock-documents/{receipt['id']}", expect=200)["lines"][0]
    return call(t.store.manager, "/v1/supplier-invoices", {
        "store_id": t.store.id, "supplier_id": order["supplier"]["id"], "number": t.chain.unique(), "invoiced_on": "2026-11-05",
        "lines": [{"document_line_id": line["id"], "quantity": 10, "unit_price": 3200}]})


@sample("getSupplierInvoice")
def _(t):
    return call(t.store.manager, f"/v1/supplier-invoices/{t.supplier_invoice()['id']}")


@sample("acceptSupplierInvoice")
def _(t):
    return call(t.store.manager, f"/v1/supplier-invoices/{t.supplier_invoice(3300)['id']}/accept", {"reason": "电话确认涨价"})


@sample("voidSupplierInvoice")
def _(t):
    return call(t.store.manager, f"/v1/supplier-invoices/{t.supplier_invoice()['id']}/void", {"reason": "对方重开"})


@sample("paySupplierInvoice")
def _(t):
    return call(t.store.manager, f"/v1/supplier-invoices/{t.supplier_invoice()['id']}/pay", {"amount": 32000, "method": "bank"})


@sample("createSupplier")
def _(t):
    return call(t.chain.purchaser, "/v1/suppliers", {"code": t.chain.unique()[-12:], "name": "沪通汽配", "payment_terms": "monthly",
                                                     "qualifications": [{"kind": "business_licence", "number": "9131", "valid_to": "2099-12-31"}]})


@sample("getSupplier")
def _(t):
    return call(t.store.parts, f"/v1/suppliers/{t.supplier()['id']}")


@sample("updateSupplier")
def _(t):
    return call(t.chain.purchaser, f"/v1/suppliers/{t.supplier()['id']}", {"lead_days": 3}, version=1)


@sample("createSupplierOffer")
def _(t):
    return call(t.chain.purchaser, f"/v1/suppliers/{t.supplier()['id']}/offers", {"part_id": t.part()["id"], "price": 3200})


@sample("getSupplierOffer")
def _(t):
    return call(t.store.parts, f"/v1/supplier-offers/{t.offer()['id']}")


@sample("endSupplierOffer")
def _(t):
    return call(t.chain.purchaser, f"/v1/supplier-offers/{t.offer()['id']}/end", {})


@sample("getSupplierScorecard")
def _(t):
    return call(t.store.parts, f"/v1/suppliers/{t.supplier()['id']}/scorecard", params={"from": "2026-01-01", "to": "2026-12-31"})


@sample("createPurchaseOrder")
def _(t):
    return call(t.store.parts, "/v1/purchase-orders", {"store_id": t.store.id, "supplier_id": t.supplier()["id"],
                                                       "lines": [{"part_id": t.part()["id"], "quantity": 2, "unit_price": 3200}]})


@sample("getPurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase()['id']}")


@sample("updatePurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase()['id']}", {"note": "加急"}, version=1)


@sample("submitPurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase()['id']}/submit")


@sample("approvePurchaseOrder")
def _(t):
    return call(t.store.manager, f"/v1/purchase-orders/{t.purchase('submit')['id']}/approve")


@sample("rejectPurchaseOrder")
def _(t):
    return call(t.store.manager, f"/v1/purchase-orders/{t.purchase('submit')['id']}/reject", {"reason": "数量过多"})


@sample("sendPurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase('approve')['id']}/send")


@sample("promisePurchaseOrder")
def _(t):
    made = t.purchase("send")
    return call(t.store.parts, f"/v1/purchase-orders/{made['id']}/promise", {"lines": [{"line_id": made["lines"][0]["id"], "promised_on": "2030-01-05"}]})


@sample("receivePurchaseOrder")
def _(t):
    made = t.purchase("send")
    return call(t.store.parts, f"/v1/purchase-orders/{made['id']}/receive", {"lines": [{"line_id": made["lines"][0]["id"], "quantity": 10}]})


@sample("closePurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase('send')['id']}/close", {"reason": "厂家停产"})


@sample("cancelPurchaseOrder")
def _(t):
    return call(t.store.parts, f"/v1/purchase-orders/{t.purchase('send')['id']}/cancel", {"reason": "客户取消"})


@sample("createSalesOrder")
def _(t):
    return call(t.store.advisor, "/v1/sales-orders", {"store_id": t.store.id, "customer_id": t.customer()["id"],
                                                      "lines": [{"part_id": t.part()["id"], "quantity": 2}]})


@sample("getSalesOrder")
def _(t):
    return call(t.store.advisor, f"/v1/sales-orders/{t.sale()['id']}")


@sample("updateSalesOrder")
def _(t):
    return call(t.store.advisor, f"/v1/sales-orders/{t.sale()['id']}", {"note": "加急"}, version=1)


@sample("confirmSalesOrder")
def _(t):
    return call(t.store.advisor, f"/v1/sales-orders/{t.sale()['id']}/confirm")


@sample("shipSalesOrder")
def _(t):
    made = t.sale("confirm")
    return call(t.store.parts, f"/v1/sales-orders/{made['id']}/ship", {"lines": [{"line_id": made["lines"][0]["id"], "quantity": 4}]})


@sample("acceptSalesOrder")
def _(t):
    return call(t.store.advisor, f"/v1/sales-orders/{t.sale('ship')['id']}/accept", {"accepted_by": "李雷"})


@sample("returnSalesOrder")
def _(t):
    made = t.sale("ship")
    return call(t.store.parts, f"/v1/sales-orders/{made['id']}/return", {
        "reason": "型号不符", "lines": [{"line_id": made["lines"][0]["id"], "quantity": 4}]})


@sample("cancelSalesOrder")
def _(t):
    return call(t.store.advisor, f"/v1/sales-orders/{t.sale('confirm')['id']}/cancel", {"reason": "客户取消"})


@sample("createDeposit")
def _(t):
    return call(t.store.cashier, "/v1/deposits", {"sales_order_id": t.sale("confirm")["id"], "amount": 20000, "method": "wechat"})


@sample("getDeposit")
def _(t):
    return call(t.store.cashier, f"/v1/deposits/{t.deposit()['id']}")


@sample("refundDeposit")
def _(t):
    return call(t.store.manager, f"/v1/deposits/{t.deposit()['id']}/refund", {"amount": 20000, "reason": "customer_request"})


lists("cashier", ("listDeposits", "/v1/deposits"))


@sample("listPartOnOrder")
def _(t):
    return call(t.store.parts, f"/v1/parts/{t.purchase('send')['lines'][0]['part']['id']}/on-order")


for _name, _path in (("getStockSummary", "/v1/stock-summary"), ("listStockSummaryParts", "/v1/stock-summary/parts")):
    sample(_name)(lambda t, path=_path: call(t.store.parts, path, params={"store_id": t.store.id, "from": today(-30), "to": today()}))

for _name, _path in (("getStockAgeing", "/v1/stock-ageing"), ("listStockAgeingParts", "/v1/stock-ageing/parts"),
                     ("getStockClasses", "/v1/stock-classes"), ("listStockClassParts", "/v1/stock-classes/parts")):
    sample(_name)(lambda t, path=_path: call(t.store.parts, path, params={"store_id": t.store.id}))


@sample("listPartElsewhere")
def _(t):
    return call(t.store.parts, f"/v1/parts/{t.part()['id']}/elsewhere", params={"store_id": t.store.id, "quantity": 2})


@sample("getPartPosition")
def _(t):
    part = t.part()["id"]
    t.stock_up(part)
    return call(t.store.parts, f"/v1/parts/{part}/stock-position")


@sample("createStockLimit")
def _(t):
    return call(t.store.parts, "/v1/stock-limits", {"store_id": t.store.id, "part_id": t.part()["id"], "minimum": 2, "reorder_point": 4, "maximum": 12})


@sample("getStockLimit")
def _(t):
    return call(t.store.parts, f"/v1/stock-limits/{t.stock_limit()['id']}")


@sample("setStockLimit")
def _(t):
    return call(t.store.parts, f"/v1/stock-limits/{t.stock_limit()['id']}", {"minimum": 3, "maximum": 20}, version=1)


@sample("deleteStockLimit")
def _(t):
    return call(t.store.parts, f"/v1/stock-limits/{t.stock_limit()['id']}")


@sample("createStocktake")
def _(t):
    return call(t.store.manager, "/v1/stocktakes", {"store_id": t.store.id, "part_ids": [t.part()["id"]]})


@sample("getStocktake")
def _(t):
    return call(t.store.parts, f"/v1/stocktakes/{t.stocktake()['id']}")


@sample("listStocktakeLines")
def _(t):
    return call(t.store.parts, f"/v1/stocktakes/{t.stocktake('freeze')['id']}/lines")


@sample("freezeStocktake")
def _(t):
    return call(t.store.manager, f"/v1/stocktakes/{t.stocktake()['id']}/freeze")


@sample("countStocktake")
def _(t):
    made = t.stocktake("freeze")
    return call(t.store.parts, f"/v1/stocktakes/{made['id']}/count", {"lines": [{"part_id": made["part_id"], "quantity": 9}]})


@sample("submitStocktake")
def _(t):
    return call(t.store.parts, f"/v1/stocktakes/{t.stocktake('count')['id']}/submit")


@sample("recountStocktake")
def _(t):
    return call(t.store.manager, f"/v1/stocktakes/{t.stocktake('submit')['id']}/recount", {})


@sample("auditStocktake")
def _(t):
    made = t.stocktake("submit")
    return call(t.store.manager, f"/v1/stocktakes/{made['id']}/audit", {"reasons": [{"part_id": made["part_id"], "reason": "miscount"}]})


@sample("cancelStocktake")
def _(t):
    return call(t.store.manager, f"/v1/stocktakes/{t.stocktake()['id']}/cancel", {"reason": "改期"})


@sample("createWarehouse")
def _(t):
    return call(t.store.manager, "/v1/warehouses", {"store_id": t.store.id, "code": t.chain.unique()[-12:], "name": "待检库"})


@sample("getWarehouse")
def _(t):
    return call(t.store.parts, f"/v1/warehouses/{t.warehouse()['id']}")


@sample("createTransfer")
def _(t):
    return call(t.store.parts, "/v1/transfers", {"store_id": t.store.id, "from_store_id": t.store.id, "warehouse_id": t.warehouse()["id"],
                                                 "lines": [{"part_id": t.part()["id"], "quantity": 2}]})


@sample("getTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer()['id']}")


@sample("approveTransfer")
def _(t):
    return call(t.store.manager, f"/v1/transfers/{t.transfer()['id']}/approve", {})


@sample("rejectTransfer")
def _(t):
    return call(t.store.manager, f"/v1/transfers/{t.transfer()['id']}/reject", {"reason": "自用"})


@sample("cancelTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer('approve')['id']}/cancel", {"reason": "不要了"})


@sample("shipTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer('approve')['id']}/ship", {})


@sample("receiveTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer('ship')['id']}/receive", {})


@sample("returnTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer('ship')['id']}/return", {"reason": "发错型号"})


@sample("receiveBackTransfer")
def _(t):
    return call(t.store.parts, f"/v1/transfers/{t.transfer('return')['id']}/receive-back", {})


@sample("settleTransfer")
def _(t):
    return call(t.store.manager, f"/v1/transfers/{t.transfer('receive')['id']}/settle", {"store_id": t.store.id, "outcome": "lost"})


@sample("listPartStock")
def _(t):
    return call(t.store.parts, f"/v1/parts/{t.part()['id']}/stock")


@sample("listPartMovements")
def _(t):
    return call(t.store.parts, f"/v1/parts/{t.part()['id']}/movements")


@sample("createBin")
def _(t):
    return call(t.store.parts, "/v1/bins", {"store_id": t.store.id, "code": "A-01"})


@sample("getBin")
def _(t):
    made = t.store.parts.post("/v1/bins", {"store_id": t.store.id, "code": "A-01"}, expect=201)
    return call(t.store.parts, f"/v1/bins/{made['id']}")


@sample("createStockDocument")
def _(t):
    return call(t.store.parts, "/v1/stock-documents", {"kind": "receipt", "store_id": t.store.id, "reason": "purchase", "lines": [
        {"part_id": t.part()["id"], "quantity": 2, "unit_cost": 100}]})


@sample("getStockDocument")
def _(t):
    return call(t.store.parts, f"/v1/stock-documents/{t.draft(t.part()['id'])['id']}")


@sample("auditStockDocument")
def _(t):
    return call(t.store.manager, f"/v1/stock-documents/{t.draft(t.part()['id'])['id']}/audit")


@sample("voidStockDocument")
def _(t):
    return call(t.store.parts, f"/v1/stock-documents/{t.draft(t.part()['id'])['id']}/void", {"reason": "写错"})


@sample("reverseStockDocument")
def _(t):
    return call(t.store.manager, f"/v1/stock-documents/{t.stock_up(t.part()['id'])['id']}/reverse")


@sample("createDemand")
def _(t):
    return call(t.store.parts, "/v1/demands", {"store_id": t.store.id, "kind": "sale", "lines": [
        {"part_id": t.part()["id"], "quantity": 1}]})


@sample("getDemand")
def _(t):
    return call(t.store.parts, f"/v1/demands/{t.demand(t.part()['id'])['id']}")


@sample("reserveDemand")
def _(t):
    part = t.part()["id"]
    t.stock_up(part)
    wish = t.demand(part)["id"]
    held = t.store.parts.get("/v1/reservations", params={"part_id": part}, expect=200).data[0]["id"]
    t.store.parts.post(f"/v1/reservations/{held}/release", expect=200)
    return call(t.store.parts, f"/v1/demands/{wish}/reserve")


@sample("cancelDemand")
def _(t):
    return call(t.store.parts, f"/v1/demands/{t.demand(t.part()['id'])['id']}/cancel", {"reason": "不要了"})


@sample("loseDemand")
def _(t):
    return call(t.store.parts, f"/v1/demands/{t.demand(t.part()['id'])['id']}/lose", {"reason": "别处买了"})


def reservation(t):
    part = t.part()["id"]
    t.stock_up(part)
    t.demand(part)
    return t.store.parts.get("/v1/reservations", params={"part_id": part}, expect=200).data[0]["id"]


@sample("getReservation")
def _(t):
    return call(t.store.parts, "/v1/reservations/" + reservation(t))


@sample("releaseReservation")
def _(t):
    return call(t.store.parts, f"/v1/reservations/{reservation(t)}/release")


# --- Booking and reception ---

@sample("listAvailability")
def _(t):
    return call(t.store.advisor, "/v1/availability", params={"store_id": t.store.id, "from": days_ahead(1, 0),
                                                             "to": days_ahead(2, 0)})


lists("advisor", ("listAppointments", "/v1/appointments"), ("listReceptions", "/v1/receptions"))


lists("advisor", ("listSlotHolds", "/v1/slot-holds"))


@sample("listAvailableDays")
def _(t):
    return call(t.store.advisor, "/v1/availability/days", params={"store_id": t.store.id, "from": today(1), "to": today(3)})


@sample("listEarliestSlots")
def _(t):
    t.store.tech1  # pylint: disable=pointless-statement
    return call(t.store.advisor, "/v1/availability/earliest", params={
        "store_ids": t.store.id, "from": days_ahead(1, 1), "to": days_ahead(5, 1)})


@sample("listAppointmentHistory")
def _(t):
    return call(t.store.advisor, f"/v1/appointments/{t.appointment()['id']}/history")


@sample("getAppointmentParts")
def _(t):
    wanted = [{"part_id": t.part()["id"], "quantity": 2}]
    return call(t.store.advisor, f"/v1/appointments/{t.appointment(parts=wanted)['id']}/parts")


@sample("setAppointmentParts")
def _(t):
    made = t.appointment()
    return call(t.store.advisor, f"/v1/appointments/{made['id']}/parts", {
        "parts": [{"part_id": t.part()["id"], "quantity": 2}], "package_ids": [t.package()["id"]]}, version=made["version"])


@sample("getPickList")
def _(t):
    t.appointment(parts=[{"part_id": t.part()["id"], "quantity": 2}])
    return call(t.store.parts, "/v1/pick-list", params={"store_id": t.store.id, "day": today(1)})


@sample("getAppointmentBriefing")
def _(t):
    return call(t.store.advisor, appointment(t) + "/briefing")


@sample("getBriefing")
def _(t):
    t.appointment()
    return call(t.store.advisor, "/v1/briefing", params={"store_id": t.store.id, "day": today(1)})


lists("advisor", ("listQueueTickets", "/v1/queue-tickets"))


@sample("createQueueTicket")
def _(t):
    return call(t.store.advisor, "/v1/queue-tickets", {"store_id": t.store.id, "kind": "repair", "plate": t.chain.plate(),
                                                       "appointment_id": t.appointment()["id"]})


@sample("callNextQueueTicket")
def _(t):
    for _ in range(3):
        t.ticket()
    return call(t.store.advisor, "/v1/queue-tickets/call-next", {"store_id": t.store.id, "kinds": ["repair"], "counter": "3"})


@sample("getQueueTicket")
def _(t):
    return call(t.store.advisor, f"/v1/queue-tickets/{t.ticket()['id']}")


@sample("callQueueTicket")
def _(t):
    return call(t.store.advisor, f"/v1/queue-tickets/{t.ticket()['id']}/call", {"counter": "3"})


for _name, _verb in (("skipQueueTicket", "skip"), ("markNoShowQueueTicket", "mark-no-show"), ("leaveQueueTicket", "leave")):
    sample(_name)(lambda t, verb=_verb: call(t.store.advisor, f"/v1/queue-tickets/{t.ticket('call')['id']}/{verb}"))


@sample("serveQueueTicket")
def _(t):
    return call(t.store.advisor, f"/v1/queue-tickets/{t.ticket('call')['id']}/serve", {"reception_id": t.reception()["id"]})


@sample("getQueueBoard")
def _(t):
    t.ticket("call")
    return call(t.store.advisor, "/v1/queue-board", params={"store_id": t.store.id})


lists("advisor", ("listWaitingList", "/v1/waiting-list"))


@sample("createWaitingEntry")
def _(t):
    customer = t.customer()["id"]
    return call(t.store.advisor, "/v1/waiting-list", {
        "store_id": t.store.id, "customer_id": customer, "vehicle_id": t.vehicle(customer)["id"], "channel": "phone",
        "starts_from": days_ahead(1), "starts_to": days_ahead(3)})


@sample("getWaitingEntry")
def _(t):
    return call(t.store.advisor, f"/v1/waiting-list/{t.waiting()['id']}")


@sample("offerWaitingEntry")
def _(t):
    return call(t.store.advisor, f"/v1/waiting-list/{t.waiting()['id']}/offer", {})


@sample("acceptWaitingEntry")
def _(t):
    path = f"/v1/waiting-list/{t.waiting()['id']}"
    t.store.advisor.post(path + "/offer", expect=200)
    return call(t.store.advisor, path + "/accept")


def waiting_link(t, offered=True):
    """Somebody who waits, and sees what is offered by a link; both paths."""
    path = f"/v1/waiting-list/{t.waiting()['id']}"
    link = t.store.advisor.post(path + "/link", expect=200)
    if offered:
        t.store.advisor.post(path + "/offer", expect=200)
    return path, f"/v1/public/{link['token']}/waiting"


@sample("shareWaitingEntry")
def _(t):
    return call(t.store.advisor, f"/v1/waiting-list/{t.waiting()['id']}/link")


@sample("getWaitingLink")
def _(t):
    return call(t.store.advisor, waiting_link(t, False)[0] + "/link")


@sample("stopSharingWaitingEntry")
def _(t):
    return call(t.store.advisor, waiting_link(t, False)[0] + "/stop-sharing")


@sample("getPublicWaitingEntry")
def _(t):
    return call(t.chain.anyone, waiting_link(t)[1])


for _name, _verb, _body in (("acceptOfferByLink", "accept", None), ("declineOfferByLink", "decline", None),
                            ("leaveWaitingListByLink", "leave", {"reason": "went_elsewhere"})):
    sample(_name)(lambda t, verb=_verb, body=_body: call(t.chain.anyone, f"{waiting_link(t)[1]}/{verb}", body))


@sample("leaveWaitingEntry")
def _(t):
    return call(t.store.advisor, f"/v1/waiting-list/{t.waiting()['id']}/leave", {"reason": "went_elsewhere"})


@sample("createSlotHold")
def _(t):
    t.store.tech1  # pylint: disable=pointless-statement
    return call(t.store.advisor, "/v1/slot-holds", {"store_id": t.store.id, "starts_at": days_ahead(2)})


@sample("getSlotHold")
def _(t):
    return call(t.store.advisor, f"/v1/slot-holds/{t.hold()['id']}")


@sample("releaseSlotHold")
def _(t):
    return call(t.store.advisor, f"/v1/slot-holds/{t.hold()['id']}/release")


@sample("createAppointment")
def _(t):
    t.store.tech1  # pylint: disable=pointless-statement
    customer = t.customer()["id"]
    return call(t.store.advisor, "/v1/appointments", {
        "store_id": t.store.id, "customer_id": customer, "vehicle_id": t.vehicle(customer)["id"], "starts_at": days_ahead(2),
        "channel": "phone", "bay_id": t.store.bay, "technician_id": t.store.tech1.id, "concerns": ["异响"]})


def appointment(t, *verbs):
    path = f"/v1/appointments/{t.appointment()['id']}"
    for verb in verbs:
        t.store.advisor.post(f"{path}/{verb}", expect=200)
    return path


for _name, _verb, _body in (
        ("confirmAppointment", "confirm", None), ("declineAppointment", "decline", {"reason": "store_no_capacity"}),
        ("cancelAppointment", "cancel", {"reason": "customer_time"}),
        ("rescheduleAppointment", "reschedule", {"starts_at": days_ahead(3), "reason": "customer_time"})):
    sample(_name)(lambda t, verb=_verb, body=_body: call(t.store.advisor, f"{appointment(t)}/{verb}", body))


@sample("arriveAppointment")
def _(t):
    return call(t.store.advisor, appointment(t, "confirm") + "/arrive")


@sample("leaveAppointment")
def _(t):
    path = appointment(t, "confirm", "arrive")
    return call(t.store.advisor, path + "/leave", {"reason": "wait_too_long"})


@sample("getAppointment")
def _(t):
    return call(t.store.advisor, appointment(t))


@sample("createReception")
def _(t):
    customer = t.customer()["id"]
    return call(t.store.advisor, "/v1/receptions", {
        "store_id": t.store.id, "customer_id": customer, "vehicle_id": t.vehicle(customer)["id"], "odometer_km": 100,
        "concerns": ["保养"]})


@sample("getReception")
def _(t):
    return call(t.store.advisor, f"/v1/receptions/{t.reception()['id']}")


def reception_verb(name, verb, before, body=None):
    def make(t):
        made = t.received(*before) if before else t.reception()
        return call(t.store.advisor, f"/v1/receptions/{made['id']}/{verb}", body)
    sample(name)(make)


reception_verb("greetReception", "greet", ())
reception_verb("startCheckReception", "start-check", ("greet",))
reception_verb("handOverReception", "hand-over", ("greet", "start-check"))
reception_verb("leaveReception", "leave", (), {"reason": "other"})


@sample("checkIn")
def _(t):
    return call(t.store.advisor, "/v1/check-ins", {
        "store_id": t.store.id, "plate": t.chain.plate(), "customer": {"name": "孙八", "phone": t.chain.phone()},
        "odometer_km": 100, "concerns": ["保养"]})


@sample("markNoShowAppointment")
def _(t):
    path = appointment(t, "confirm")
    with t.chain.people.db.cursor() as cursor:  # no call makes a slot begin
        cursor.execute("UPDATE appointment SET starts_at = now() - interval '1 hour', ends_at = now() WHERE id = %s",
                       (path.rsplit("/", 1)[1],))
    return call(t.store.advisor, path + "/mark-no-show", {})


def appointment_link(t):
    """An appointment that its customer sees, and the link's path."""
    link = t.invited()
    return f"/v1/appointments/{link['appointment_id']}", f"/v1/public/{link['token']}/appointment"


@sample("shareAppointment")
def _(t):
    return call(t.store.advisor, appointment(t) + "/link")


@sample("getAppointmentLink")
def _(t):
    return call(t.store.advisor, appointment_link(t)[0] + "/link")


@sample("stopSharingAppointment")
def _(t):
    return call(t.store.advisor, appointment_link(t)[0] + "/stop-sharing")


@sample("listCustomerActs")
def _(t):
    path, link = appointment_link(t)
    t.chain.anyone.post(link + "/confirm", expect=200)
    return call(t.store.advisor, path + "/customer-acts")


@sample("getPublicAppointment")
def _(t):
    return call(t.chain.anyone, appointment_link(t)[1])


@sample("listPublicSlots")
def _(t):
    return call(t.chain.anyone, appointment_link(t)[1] + "/slots", params={"from": today(1), "to": today(3)})


for _name, _verb, _body in (
        ("confirmAppointmentByLink", "confirm", None), ("rescheduleAppointmentByLink", "reschedule", {"starts_at": days_ahead(3)}),
        ("cancelAppointmentByLink", "cancel", {"reason": "customer_time"}),
        ("addAppointmentFactsByLink", "add-facts", {"concerns": ["冷车异响"], "odometer_km": 48200})):
    sample(_name)(lambda t, verb=_verb, body=_body: call(t.chain.anyone, f"{appointment_link(t)[1]}/{verb}", body))


@sample("addAppointmentPhotoByLink")
def _(t):
    return call(t.chain.anyone, appointment_link(t)[1] + "/photos", raw=PICTURE, headers={"Content-Type": "image/png"})


# --- Files and imports ---

def upload(t):
    return call(t.store.advisor, "/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params={
        "subject_type": "reception", "subject_id": t.reception()["id"]})


def sent(t, make):
    """What a call has made."""
    client, path, _, options = make(t)
    reply = client.request("POST", path, **options)
    assert reply.status in (201, 202), reply
    return reply


sample("uploadFile")(upload)


@sample("listFiles")
def _(t):
    return call(t.store.advisor, "/v1/files", params={"subject_type": "reception", "subject_id": t.reception()["id"]})


@sample("getFile")
def _(t):
    return call(t.store.advisor, f"/v1/files/{sent(t, upload)['id']}")


@sample("getFileContent")
def _(t):
    return call(t.store.advisor, f"/v1/files/{sent(t, upload)['id']}/content")


@sample("getFileUrl")
def _(t):
    return call(t.store.advisor, f"/v1/files/{sent(t, upload)['id']}/url")


@sample("getSignedFile")
def _(t):
    url = t.store.advisor.get(f"/v1/files/{sent(t, upload)['id']}/url", expect=200)["url"]
    return call(t.chain.anyone, url)


@sample("getFileThumbnail")
def _(t):
    return call(t.store.advisor, f"/v1/files/{t.file()}/thumbnail", params={"size": "small"})


@sample("getSignedThumbnail")
def _(t):
    url = t.store.advisor.get(f"/v1/files/{t.file()}/url", expect=200)["url"]
    return call(t.chain.anyone, url + "/thumbnail", params={"size": "small"})


@sample("createFileUpload")
def _(t):
    return call(t.store.tech1, "/v1/file-uploads", {
        "subject_type": "reception", "subject_id": t.reception()["id"], "name": "环车.png", "size": len(PICTURE)})


@sample("getFileUpload")
def _(t):
    return call(t.store.tech1, f"/v1/file-uploads/{t.upload(part=False)['id']}")


@sample("sendFileUploadPart")
def _(t):
    return call(t.store.tech1, f"/v1/file-uploads/{t.upload(part=False)['id']}/parts", raw=PICTURE[:20],
                headers={"Content-Type": "application/octet-stream"}, params={"offset": 0})


@sample("finishFileUpload")
def _(t):
    return call(t.store.tech1, f"/v1/file-uploads/{t.upload()['id']}/finish")


def table(rows):
    """An import of so many complaints."""
    text = "contact.name,channel,category,description\n" + "".join(f"王芳,phone,attitude,第{n}次\n" for n in range(rows))
    return lambda t: call(t.store.manager, "/v1/imports", raw=text.encode(), headers={"Content-Type": "text/csv"},
                          params={"store_id": t.store.id, "kind": "complaints"})


sample("createImport")(table(1))
lists("manager", ("listImports", "/v1/imports"))


@sample("getImport")
def _(t):
    return call(t.store.manager, f"/v1/imports/{sent(t, table(1))['id']}")


@sample("listImportRows")
def _(t):
    return call(t.store.manager, f"/v1/imports/{sent(t, table(1))['id']}/rows")


@sample("cancelImport")
def _(t):
    return call(t.store.manager, f"/v1/imports/{sent(t, table(5000))['id']}/cancel")


# --- Work orders ---

@sample("getBoard")
def _(t):
    t.order()
    return call(t.store.dispatcher, "/v1/board", params={"store_id": t.store.id})


lists("advisor", ("listWorkOrders", "/v1/work-orders"), ("listWorkOrderMoves", "/v1/work-order-moves"), ("listWorkOrderPauses", "/v1/work-order-pauses"),
      ("listWorkOrderLines", "/v1/work-order-lines"), ("listAcceptances", "/v1/acceptances"),
      ("listQualityChecks", "/v1/quality-checks"), ("listQualityFailures", "/v1/quality-failures"),
      ("listGuaranteeRules", "/v1/guarantee-rules"), ("listGuarantees", "/v1/guarantees"), ("listComebacks", "/v1/comebacks"),
      ("listChargedComebacks", "/v1/comebacks/charged"), ("listIncidents", "/v1/incidents"))


@sample("createGuaranteeRule")
def _(t):
    return call(t.chain.purchaser, "/v1/guarantee-rules", t.guarantee_promise())


@sample("endGuaranteeRule")
def _(t):
    rule = t.chain.purchaser.post("/v1/guarantee-rules", t.guarantee_promise(), expect=201)
    return call(t.chain.purchaser, f"/v1/guarantee-rules/{rule['id']}/end", {"until": rule["valid_from"]})


@sample("getGuaranteeRule")
def _(t):
    rule = t.chain.purchaser.post("/v1/guarantee-rules", t.guarantee_promise(), expect=201)
    return call(t.store.advisor, f"/v1/guarantee-rules/{rule['id']}")


@sample("createWorkOrder")
def _(t):
    return call(t.store.advisor, "/v1/work-orders", {"reception_id": t.received("greet")["id"], "lines": [
        {"kind": "labour", "operation_id": t.operation()["id"]}]})


for _name, _suffix in (("getWorkOrder", ""), ("listWorkOrderLinesOfOrder", "/lines"), ("listWorkOrderPromises", "/promises"),
                       ("listWorkOrderStages", "/stages"), ("listWorkOrderAuthorisations", "/authorisations"),
                       ("listWorkOrderClockEntries", "/clock-entries"), ("listWorkOrderHistory", "/history"),
                       ("getWorkOrderDurations", "/durations"), ("getWorkOrderDelivery", "/delivery"), ("listWorkOrderContacts", "/contacts")):
    sample(_name)(lambda t, suffix=_suffix: call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}{suffix}"))


@sample("addWorkOrderLine")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}/lines",
                {"kind": "part", "part_id": t.part()["id"], "quantity": 2})


lists("manager", ("listBayOccupancies", "/v1/bay-occupancies"), ("listLabourCredits", "/v1/labour-credits"), ("listSublets", "/v1/sublets"))


@sample("enterBayWorkOrder")
def _(t):
    return call(t.store.tech1, f"/v1/work-orders/{t.dispatched()['id']}/enter-bay", {"bay_id": t.store.bay})


@sample("leaveBayWorkOrder")
def _(t):
    order = t.step(t.store.tech1, t.dispatched(), "enter-bay", {"bay_id": t.store.bay})
    return call(t.store.tech1, f"/v1/work-orders/{order['id']}/leave-bay")


@sample("createSublet")
def _(t):
    return call(t.store.advisor, "/v1/sublets", {"line_id": t.outside(), "vendor": "宏达机加工", "cost": 52000})


@sample("updateSublet")
def _(t):
    one = t.sublet()
    return call(t.store.advisor, f"/v1/sublets/{one['id']}", {"vendor": "精工", "due_at": days_ahead(2)}, version=one["version"])


for _name, _suffix, _verbs, _body in (
        ("getSublet", None, (), None), ("sendSublet", "/send", (), None), ("returnSublet", "/return", ("send",), None),
        ("billSublet", "/bill", ("send", "return"), {"invoice_number": "HD-1", "invoiced_on": "2026-01-05", "cost": 52000}),
        ("cancelSublet", "/cancel", (), {"reason": "太贵"})):
    sample(_name)(lambda t, suffix=_suffix, verbs=_verbs, body=_body: call(
        t.store.advisor, f"/v1/sublets/{t.sublet(*verbs)['id']}{suffix or ''}", body))


@sample("addWorkOrderContact")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}/contacts",
                {"purpose": "overdue", "method": "phone", "result": "reached", "note": "同意明早取车"})


@sample("promiseWorkOrder")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}/promises",
                {"promised_at": days_ahead(1), "reason": "等待配件"})


@sample("authoriseWorkOrder")
def _(t):
    order = t.order()
    return call(t.store.advisor, f"/v1/work-orders/{order['id']}/authorise",
                {"lines": [line["id"] for line in order["lines"]], **CONSENT})


def assignment(t, order):
    return [{"line_id": order["lines"][0]["id"], "technician_id": t.store.tech1.id}]


@sample("dispatchWorkOrder")
def _(t):
    order = t.authorised()
    return call(t.store.dispatcher, f"/v1/work-orders/{order['id']}/dispatch",
                {"bay_id": t.store.bay, "assignments": assignment(t, order)})


@sample("assignWorkOrderLines")
def _(t):
    order = t.dispatched()
    return call(t.store.dispatcher, f"/v1/work-orders/{order['id']}/assignments", {"assignments": assignment(t, order)})


def order_verb(name, who, verb, before, body=None, then=()):
    def make(t):
        order = getattr(t, before)()
        for other in then:
            t.step(t.store.dispatcher, order, other[0], other[1])
        return call(getattr(t.store, who), f"/v1/work-orders/{order['id']}/{verb}", body)
    sample(name)(make)


WAIT = {"reason": "等待配件"}
order_verb("startWorkOrder", "dispatcher", "start", "dispatched")
order_verb("pauseWorkOrder", "dispatcher", "pause", "started", WAIT)
order_verb("resumeWorkOrder", "dispatcher", "resume", "started", None, [("pause", WAIT)])
order_verb("finishWorkOrder", "dispatcher", "finish-work", "worked")
order_verb("washWorkOrder", "tech1", "wash", "completed")
order_verb("cancelWorkOrder", "advisor", "cancel", "order", {"reason": "客户取消"})
order_verb("voidWorkOrder", "manager", "void", "completed", {"reason": "重复开单"})


order_verb("shareWorkOrderProgress", "advisor", "share-progress", "order")
order_verb("stopSharingProgress", "advisor", "stop-sharing", "shared")


@sample("simulatePromise")
def _(t):
    t.store.tech1  # pylint: disable=pointless-statement
    return call(t.store.advisor, "/v1/promise-simulation", params={"store_id": t.store.id, "operation_id": t.operation()["id"]})


@sample("getProgressLink")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.shared()['id']}/progress-link")


@sample("getPublicProgress")
def _(t):
    link = t.store.advisor.get(f"/v1/work-orders/{t.shared()['id']}/progress-link", expect=200)
    return call(t.chain.anyone, f"/v1/public/{link['token']}/progress")


@sample("moveWorkOrder")
def _(t):
    other, both = t.branch()
    return call(both, f"/v1/work-orders/{t.authorised()['id']}/move", {"store_id": other.store.id, "reason": "capacity"})


@sample("deliverWorkOrder")
def _(t):
    order = t.completed()
    t.pay(t.issued(order))
    return call(t.store.advisor, f"/v1/work-orders/{order['id']}/deliver", HANDED_BACK)


@sample("closeWorkOrder")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.delivered()['id']}/close")


@sample("issueWorkOrderParts")
def _(t):
    part = t.part()["id"]
    t.stock_up(part)
    order = t.dispatched(lines=[{"kind": "labour", "operation_id": t.operation()["id"]},
                                {"kind": "part", "part_id": part, "quantity": 2}])
    return call(t.store.parts, f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": t.store.tech1.id})


@sample("getWorkOrderLine")
def _(t):
    return call(t.store.advisor, f"/v1/work-order-lines/{t.order()['lines'][0]['id']}")


def line_verb(name, who, verb, before, body=None, then=()):
    def make(t):
        line = getattr(t, before)()["lines"][0]["id"]
        for person, other, more in then:
            t.line_step(getattr(t.store, person), line, other, more)
        return call(getattr(t.store, who), f"/v1/work-order-lines/{line}/{verb}", body)
    sample(name)(make)


line_verb("declineWorkOrderLine", "advisor", "decline", "order", {"reason": "太贵"})
line_verb("deferWorkOrderLine", "advisor", "defer", "order", {"reason": "下次"})
line_verb("reviveWorkOrderLine", "advisor", "revive", "order", None, [("advisor", "decline", {"reason": "太贵"})])
line_verb("withdrawWorkOrderLine", "advisor", "withdraw", "order", {"reason": "写错"})
line_verb("clockOnWorkOrderLine", "tech1", "clock-on", "dispatched")
line_verb("pauseWorkOrderLine", "tech1", "pause", "started")
line_verb("finishWorkOrderLine", "tech1", "finish", "started")


def clocked(t):
    """A clock of an hour, told two hours ago, of a line at work."""
    return t.clock(t.started(), started_at=ago(hours=3), ended_at=ago(hours=2))


@sample("addClockEntry")
def _(t):
    return call(t.store.leader, f"/v1/work-order-lines/{t.started()['lines'][0]['id']}/clock-entries",
                {"technician_id": t.store.tech1.id, "started_at": ago(hours=3), "ended_at": ago(hours=2), "reason": "忘记打卡"})


@sample("getClockEntry")
def _(t):
    return call(t.store.advisor, "/v1/clock-entries/" + clocked(t)["id"])


@sample("correctClockEntry")
def _(t):
    made = clocked(t)
    return call(t.store.leader, "/v1/clock-entries/" + made["id"], {"ended_at": ago(hours=1), "reason": "忘记下工打卡"}, version=made["version"])


@sample("voidClockEntry")
def _(t):
    return call(t.store.leader, f"/v1/clock-entries/{clocked(t)['id']}/void", {"reason": "误打卡"})


@sample("listWorkOrderClockCorrections")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{clocked(t)['work_order_id']}/clock-corrections")


def demanding(t):
    """A line at work that asks for a photo and a tick."""
    operation = t.operation(evidence=[{"code": "AFTER", "label": "装复后", "step": "finish"}],
                            checklist=[{"code": "CAPS", "text": "盖好气门嘴帽", "kind": "tick"}])
    return t.started(lines=[{"kind": "labour", "operation_id": operation["id"]}])


@sample("getWorkOrderLineRequirements")
def _(t):
    return call(t.store.advisor, f"/v1/work-order-lines/{demanding(t)['lines'][0]['id']}/requirements")


@sample("tickWorkOrderLine")
def _(t):
    return call(t.store.tech1, f"/v1/work-order-lines/{demanding(t)['lines'][0]['id']}/tick", {"answers": [{"code": "CAPS", "done": True}]})


@sample("attachWorkOrderLinePhotos")
def _(t):
    order = demanding(t)
    return call(t.store.tech1, f"/v1/work-order-lines/{order['lines'][0]['id']}/attach-photos",
                {"code": "AFTER", "file_ids": [t.photo(order)]})


def yesterday(t, verb):
    """An order whose first line was clocked on to and left by this verb nearly a day ago: what follows may be told late."""
    order = t.dispatched()
    for step, hours in (("clock-on", 23.9), (verb, 23.5)):
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)
        t.line_step(t.store.tech1, order["lines"][0]["id"], step, {"occurred_at": at.isoformat()})
    return order


@sample("resumeWorkOrderLine")
def _(t):
    return call(t.store.tech1, f"/v1/work-order-lines/{yesterday(t, 'pause')['lines'][0]['id']}/resume")


def failure(order):
    return {"lines": [{"line_id": order["lines"][0]["id"], "reason": "异响仍在", "reason_code": "symptom_remains"}]}


@sample("reworkWorkOrderLine")
def _(t):
    order = t.step(t.store.dispatcher, yesterday(t, "finish"), "finish-work")
    t.store.inspector.post(f"/v1/quality-checks/{t.check(order)['id']}/fail", failure(order), expect=200)
    return call(t.store.tech1, f"/v1/work-order-lines/{order['lines'][0]['id']}/rework")


@sample("createQualityCheck")
def _(t):
    return call(t.store.inspector, "/v1/quality-checks", {"work_order_id": t.finished()["id"], "level": "final"})


@sample("getQualityCheck")
def _(t):
    return call(t.store.inspector, f"/v1/quality-checks/{t.check(t.finished())['id']}")


@sample("passQualityCheck")
def _(t):
    return call(t.store.inspector, f"/v1/quality-checks/{t.check(t.finished())['id']}/pass")


@sample("failQualityCheck")
def _(t):
    order = t.finished()
    return call(t.store.inspector, f"/v1/quality-checks/{t.check(order)['id']}/fail", failure(order))


# --- Money ---

lists("cashier", ("listSettlements", "/v1/settlements"), ("listPayments", "/v1/payments"))


@sample("createSettlement")
def _(t):
    return call(t.store.cashier, "/v1/settlements", {"work_order_id": t.completed()["id"]})


@sample("getSettlement")
def _(t):
    return call(t.store.cashier, f"/v1/settlements/{t.bill()['id']}")


@sample("getWorkOrderVariance")
def _(t):
    return call(t.store.cashier, f"/v1/work-orders/{t.authorised()['id']}/variance")


@sample("explainWorkOrderVariance")
def _(t):
    order = t.authorised()
    return call(t.store.cashier, f"/v1/work-orders/{order['id']}/variance", {
        "reason": "added_work", "lines": [{"line_id": order["lines"][0]["id"], "reason": "parts_price"}]})


@sample("issueSettlement")
def _(t):
    return call(t.store.cashier, f"/v1/settlements/{t.bill()['id']}/issue")


@sample("voidSettlement")
def _(t):
    return call(t.store.manager, f"/v1/settlements/{t.issued()['id']}/void", {"reason": "开错"})


@sample("createPayment")
def _(t):
    bill = t.issued()
    return call(t.store.cashier, "/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "cash"})


@sample("getPayment")
def _(t):
    return call(t.store.cashier, f"/v1/payments/{t.pay(t.issued())['id']}")


@sample("refundPayment")
def _(t):
    payment = t.pay(t.issued())
    return call(t.store.manager, f"/v1/payments/{payment['id']}/refund", {"amount": payment["amount"], "reason": "投诉补偿"})


# --- Estimates ---

lists("advisor", ("listApprovals", "/v1/approvals"))


@sample("getApproval")
def _(t):
    return call(t.store.advisor, f"/v1/approvals/{t.approval()['id']}")


@sample("approveApproval")
def _(t):
    return call(t.store.manager, f"/v1/approvals/{t.approval()['id']}/approve")


@sample("rejectApproval")
def _(t):
    return call(t.store.manager, f"/v1/approvals/{t.approval()['id']}/reject", {"reason": "低于成本"})


lists("advisor", ("listEstimates", "/v1/estimates"))


@sample("createEstimate")
def _(t):
    return call(t.store.advisor, "/v1/estimates", {
        "work_order_id": t.order()["id"], "valid_until": today(30), "note": "含工时", "options": [
            {"label": "更换", "pros": "一次解决", "cons": "费用较高", "duration_minutes": 90, "lines": [
                {"kind": "labour", "operation_id": t.operation()["id"]},
                {"kind": "part", "part_id": t.part()["id"], "quantity": 2, "description": "滤清器总成"}]},
            {"label": "修复", "lines": [{"kind": "fee", "description": "打胶", "amount": 5000}]}]})


@sample("getEstimate")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}")


@sample("updateEstimate")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}", {
        "note": "电话确认", "options": [{"label": "修复", "lines": [{"kind": "fee", "description": "打胶", "amount": 5000}]}]}, version=1)


@sample("sendEstimate")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}/send")


@sample("decideEstimate")
def _(t):
    sent = t.sent_estimate()
    option = sent["options"][0]
    return call(t.store.advisor, f"/v1/estimates/{sent['id']}/decide", {
        "option_id": option["id"], "lines": [{"line_id": option["lines"][0]["id"], "decision": "defer", "reason": "price"}], **CONSENT})


@sample("reviseEstimate")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.sent_estimate()['id']}/revise", {
        "note": "改用副厂件", "options": [{"label": "修复", "lines": [{"kind": "fee", "description": "打胶", "amount": 4000}]}]})


@sample("expireEstimate")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.sent_estimate()['id']}/expire")


@sample("listEstimateVersions")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}/versions")


@sample("listEstimateChanges")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}/diff")


@sample("listEstimateTermChanges")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}/diff/terms")


@sample("listDeferredLines")
def _(t):
    return call(t.store.advisor, f"/v1/vehicles/{t.order()['vehicle_id']}/deferred-lines")


@sample("listRecommendations")
def _(t):
    return call(t.store.advisor, f"/v1/vehicles/{t.inspection('submit')['vehicle_id']}/recommendations")


@sample("decideEstimateByLink")
def _(t):
    sent = t.sent_estimate()
    return call(t.chain.anyone, f"/v1/public/{sent['token']}/estimate-decision", {"option_id": sent["options"][0]["id"]})


@sample("getPublicFile")
def _(t):
    sent, seen = t.of_finding()
    return call(t.chain.anyone, f"/v1/public/{sent['token']}/files/{seen['findings'][0]['file_ids'][0]}")


@sample("getPublicThumbnail")
def _(t):
    sent, seen = t.of_finding()
    return call(t.chain.anyone, f"/v1/public/{sent['token']}/files/{seen['findings'][0]['file_ids'][0]}/thumbnail", params={"size": "small"})


# --- Inspections ---

lists("tech1", ("listInspections", "/v1/inspections"), ("listInspectionTemplates", "/v1/inspection-templates"))


@sample("createInspectionTemplate")
def _(t):
    return call(t.chain.purchaser, "/v1/inspection-templates", {
        "code": t.chain.unique(), "name": "保养检查", "items": [
            {"section": "轮胎", "name": "胎纹深度", "body_position": "rear_left_wheel"}, {"name": "雨刮", "required": False}]})


@sample("getInspectionTemplate")
def _(t):
    return call(t.store.tech1, f"/v1/inspection-templates/{t.template()['id']}")


@sample("updateInspectionTemplate")
def _(t):
    return call(t.chain.purchaser, f"/v1/inspection-templates/{t.template()['id']}", {"name": "春季检查"}, version=1)


@sample("reviseInspectionTemplate")
def _(t):
    return call(t.chain.purchaser, f"/v1/inspection-templates/{t.template()['id']}/revise", {"items": [{"name": "胎压"}]})


@sample("createInspection")
def _(t):
    reception, template = t.received("greet", "start-check"), t.template()
    return call(t.store.advisor, "/v1/inspections", {
        "reception_id": reception["id"], "template_id": template["id"], "fuel_percent": 60, "battery_percent": 80, "note": "客户在场",
        "lamps": ["engine", "tyre_pressure"], "belongings": ["雨伞", "行车记录仪"], "findings": [
            {"item_id": template["items"][0]["id"], "severity": "yellow", "measured": "4 mm", "note": "下次保养复查",
             "customer_text": "制动片剩一半", "risk_text": "两万公里内需更换", "file_ids": [t.file(reception)]},
            {"body_position": "boot", "damage": "dent", "severity": "green"}]})


@sample("getInspection")
def _(t):
    return call(t.store.tech1, f"/v1/inspections/{t.inspection()['id']}")


@sample("updateInspection")
def _(t):
    made = t.inspection()
    return call(t.store.tech1, f"/v1/inspections/{made['id']}", {
        "fuel_percent": 55, "belongings": [], "lamps": ["oil"], "note": "复核", "findings": [
            {"item_id": made["findings"][0]["item_id"], "severity": "green", "file_ids": made["findings"][0]["file_ids"]}]}, version=1)


@sample("submitInspection")
def _(t):
    return call(t.store.tech1, f"/v1/inspections/{t.inspection()['id']}/submit")


@sample("signInspection")
def _(t):
    reception = t.received("greet", "start-check")
    return call(t.store.advisor, f"/v1/inspections/{t.inspection('submit', reception=reception)['id']}/sign", {
        "customer_signature_file_id": t.file(reception), "technician_signature_file_id": t.file(reception)})


# --- Diagnoses ---

lists("tech1", ("listDiagnoses", "/v1/diagnoses"))


@sample("listFaultCodes")
def _(t):
    return call(t.store.tech1, "/v1/fault-codes", params={"q": "B000"})


@sample("createDiagnosis")
def _(t):
    reception = t.received("greet")
    return call(t.store.tech1, "/v1/diagnoses", {
        "reception_id": reception["id"], "concern_id": reception["concerns"][0]["id"], "complaint": "异响", "cause": "轴承磨损",
        "correction": "更换轴承", "cause_code": "7B", "complex": False, "note": "试车两公里", "fault_codes": [
            {"code": "C0035", "control_unit": "ABS", "state": "stored", "description": "左前轮速传感器"}]})


@sample("getDiagnosis")
def _(t):
    return call(t.store.tech1, f"/v1/diagnoses/{t.diagnosis()['id']}")


@sample("updateDiagnosis")
def _(t):
    return call(t.store.tech1, f"/v1/diagnoses/{t.diagnosis()['id']}", {
        "cause": "点火线圈", "note": None, "complex": True, "fault_codes": [{"code": "P0351"}]}, version=1)


def diagnosis_verb(name, verb, before, who="tech1", body=None):
    sample(name)(lambda t: call(getattr(t.store, who), f"/v1/diagnoses/{t.diagnosis(*before)['id']}/{verb}", body))


diagnosis_verb("submitDiagnosis", "submit", ())
diagnosis_verb("signDiagnosis", "sign", ("submit",))
diagnosis_verb("requestDiagnosisReview", "request-review", ("submit",))
diagnosis_verb("agreeDiagnosis", "agree", ("submit", "request-review"), "leader", {"note": "同意"})
diagnosis_verb("objectDiagnosis", "object", ("submit", "request-review"), "inspector", {"reason": "other_cause", "note": "再测"})


# --- Agreements ---

lists("advisor", ("listAgreements", "/v1/agreements"))


@sample("createAgreement")
def _(t):
    return call(t.store.advisor, "/v1/agreements", {
        "work_order_id": t.order()["id"], "amount_limit": 300000, "old_parts": "taken_back", "terms": "质保一年"})


@sample("getAgreement")
def _(t):
    return call(t.store.advisor, f"/v1/agreements/{t.agreement()['id']}")


@sample("updateAgreement")
def _(t):
    return call(t.store.advisor, f"/v1/agreements/{t.agreement()['id']}", {"amount_limit": 100000, "terms": "质保半年"}, version=1)


@sample("signAgreement")
def _(t):
    made = t.agreement()
    return call(t.store.advisor, f"/v1/agreements/{made['id']}/sign", t.papers(made))


@sample("voidAgreement")
def _(t):
    return call(t.store.manager, f"/v1/agreements/{t.agreement()['id']}/void", {"reason": "重签", "note": "限额有误"})


# --- After it ---

lists("service", ("listSurveyTemplates", "/v1/survey-templates"), ("listSurveys", "/v1/surveys"),
      ("listComplaints", "/v1/complaints"))


@sample("getSurvey")
def _(t):
    return call(t.store.service, f"/v1/surveys/{t.survey()['id']}")


@sample("suppressSurvey")
def _(t):
    return call(t.store.service, f"/v1/surveys/{t.survey()['id']}/suppress", {"reason": "test"})


@sample("getPublicLink")
def _(t):
    return call(t.chain.anyone, "/v1/public/" + t.survey()["token"])


@sample("answerSurvey")
def _(t):
    path = "/v1/public/" + t.survey()["token"]
    questions = t.chain.anyone.get(path, expect=200)["survey"]["questions"]
    return call(t.chain.anyone, path + "/survey-response", {"answers": [
        {"question_id": q["id"], "score": q["max"]} for q in questions if q["required"]]})


@sample("createComplaint")
def _(t):
    return call(t.store.service, "/v1/complaints", {
        "store_id": t.store.id, "contact": {"name": "王芳"}, "channel": "phone", "category": "attitude", "description": "久等"})


@sample("getComplaint")
def _(t):
    return call(t.store.service, f"/v1/complaints/{t.complaint()['id']}")


def complaint_verb(name, verb, before, body=None):
    sample(name)(lambda t: call(t.store.service, f"/v1/complaints/{t.complaint(*before)['id']}/{verb}", body))


@sample("assignComplaint")
def _(t):
    return call(t.store.service, f"/v1/complaints/{t.complaint()['id']}/assign", {"owner_id": t.store.manager.id})


complaint_verb("analyseComplaint", "analyse", ("assign",), {"root_cause": "communication"})
complaint_verb("planComplaint", "plan", ("assign", "analyse"), {"plan": "道歉"})
complaint_verb("tellComplaint", "tell", ("assign", "analyse", "plan"), {"answer": "已道歉"})
complaint_verb("confirmComplaint", "confirm", ("assign", "analyse", "plan", "tell"))
complaint_verb("objectComplaint", "object", ("assign", "analyse", "plan", "tell"), {"reason": "不满意"})
complaint_verb("closeComplaint", "close", ("assign", "analyse", "plan", "tell", "confirm"))
complaint_verb("reopenComplaint", "reopen", ("assign", "analyse", "plan", "tell", "confirm", "close"), {"reason": "又来"})
complaint_verb("withdrawComplaint", "withdraw", (), {"reason": "误会"})
complaint_verb("archiveComplaint", "archive", ("assign", "analyse", "plan", "tell", "confirm", "close"))


# --- What was written may be changed ---

@sample("updateWorkOrder")
def _(t):
    order = t.order()
    return call(t.store.advisor, f"/v1/work-orders/{order['id']}", {
        "note": "客户要求洗车", "old_parts": "given_up", "external_ids": {"erp": "A-1"}}, version=order["version"])


@sample("updateAppointment")
def _(t):
    made = t.appointment()
    return call(t.store.advisor, f"/v1/appointments/{made['id']}", {
        "concerns": ["异响", "保养"], "note": "带行驶证", "transport": "taxi"}, version=made["version"])


lists("advisor", ("listWaitingReceptions", "/v1/receptions/waiting"))


@sample("updateReception")
def _(t):
    made = t.reception()
    return call(t.store.advisor, f"/v1/receptions/{made['id']}", {
        "contact_name": "司机", "contact_phone": t.chain.phone(), "metadata": {"row": "7"}, "key_tag": "K12", "parking_place": "B-07"}, version=made["version"])


@sample("updateComplaint")
def _(t):
    made = t.complaint()
    return call(t.store.service, f"/v1/complaints/{made['id']}", {
        "description": "等待三小时", "desired_outcome": "道歉"}, version=made["version"])


@sample("discardSettlement")
def _(t):
    return call(t.store.cashier, f"/v1/settlements/{t.bill()['id']}")


# --- On paper ---

@sample("getSettlementDocument")
def _(t):
    return call(t.store.cashier, f"/v1/settlements/{t.issued()['id']}/document")


@sample("getWorkOrderDocument")
def _(t):
    return call(t.store.advisor, f"/v1/work-orders/{t.order()['id']}/document")


@sample("getReceptionDocument")
def _(t):
    return call(t.store.advisor, f"/v1/receptions/{t.reception()['id']}/document")


@sample("getEstimateDocument")
def _(t):
    return call(t.store.advisor, f"/v1/estimates/{t.estimate()['id']}/document")


# --- Guarantees ---

@sample("getGuarantee")
def _(t):
    return call(t.store.manager, f"/v1/guarantees/{t.guarantee()['id']}")


@sample("listVehicleGuarantees")
def _(t):
    return call(t.store.manager, f"/v1/vehicles/{t.guarantee()['vehicle_id']}/guarantees")


@sample("openComeback")
def _(t):
    guarantee = t.guarantee()
    order = t.order_of(guarantee["vehicle_id"])
    return call(t.store.advisor, f"/v1/work-orders/{order['id']}/comebacks", {"guarantee_id": guarantee["id"]})


@sample("getComeback")
def _(t):
    return call(t.store.manager, f"/v1/comebacks/{t.comeback()['id']}")


@sample("classifyComeback")
def _(t):
    return call(t.store.advisor, f"/v1/comebacks/{t.comeback()['id']}/classify", {"cause": "workmanship"})


@sample("getChargedComeback")
def _(t):
    return call(t.store.manager, f"/v1/charged-comebacks/{t.comeback()['id']}")


@sample("objectToComeback")
def _(t):
    return call(t.store.manager, f"/v1/charged-comebacks/{t.owed()['id']}/object", {"reason": "与原维修无关"})


@sample("decideComebackObjection")
def _(t):
    comeback = t.owed()
    t.store.manager.post(f"/v1/charged-comebacks/{comeback['id']}/object", {"reason": "与原维修无关"}, expect=200)
    return call(t.chain.admin, f"/v1/comebacks/{comeback['id']}/decide-objection", {"decision": "upheld", "note": "双方照片一致"})


@sample("listOwedComebacks")
def _(t):
    return call(t.chain.admin, "/v1/comebacks/owed", params={"from": today(-1), "to": today(1)})


# --- Incidents ---

@sample("reportIncident")
def _(t):
    return call(t.store.tech1, "/v1/incidents", {"store_id": t.store.id, "kind": "damage", "severity": "minor", "description": "刮擦",
                                                 "work_order_id": t.order()["id"]})


def incident(t):
    return f"/v1/incidents/{t.store.tech1.post('/v1/incidents', {'kind': 'safety', 'severity': 'minor', 'description': '漏油滑倒'}, expect=201)['id']}"


@sample("getIncident")
def _(t):
    return call(t.store.tech1, incident(t))


@sample("tellIncidentOwner")
def _(t):
    return call(t.store.advisor, incident(t) + "/tell-owner", {"method": "phone"})


@sample("tellIncidentInsurer")
def _(t):
    return call(t.store.advisor, incident(t) + "/tell-insurer", {"insurer": "人保财险"})


@sample("updateIncident")
def _(t):
    path = incident(t)
    return call(t.store.advisor, path, {"severity": "minor", "place": "二号工位"}, version=t.store.advisor.get(path, expect=200)["version"])


@sample("closeIncident")
def _(t):
    return call(t.store.advisor, incident(t) + "/close", {"measures": "清理地面"})


# --- The way to the store and back ---

lists("advisor", ("listTransports", "/v1/transports"), ("listDrives", "/v1/drives"), ("listLoanerCars", "/v1/loaner-cars"),
      ("listLoans", "/v1/loans"), ("listLateLoans", "/v1/loans/late"))


@sample("createTransport")
def _(t):
    return call(t.store.advisor, "/v1/transports", {"appointment_id": t.appointment()["id"], "mode": "pick_up", "pick_up": {
        "address": "世纪大道 100 号", "at": days_ahead(1)}})


@sample("getTransport")
def _(t):
    return call(t.store.advisor, "/v1/transports/" + t.transport()["id"])


@sample("replanTransport")
def _(t):
    return call(t.store.advisor, f"/v1/transports/{t.transport()['id']}/replan", {"mode": "drop_off"})


@sample("cancelTransport")
def _(t):
    return call(t.store.advisor, f"/v1/transports/{t.transport()['id']}/cancel", {"reason": "自行到店"})


@sample("getDrive")
def _(t):
    return call(t.store.tech1, "/v1/drives/" + t.drive()["id"])


@sample("assignDrive")
def _(t):
    return call(t.store.dispatcher, f"/v1/drives/{t.drive()['id']}/assign", {"driver_id": t.store.tech1.id})


@sample("startDrive")
def _(t):
    driver = t.store.hire("driver" + t.chain.unique(), "technician")  # on the way with one at a time
    return call(driver, f"/v1/drives/{t.drive('assign', driver=driver)['id']}/start", {"odometer_km": 41190})


@sample("finishDrive")
def _(t):
    driver = t.store.hire("driver" + t.chain.unique(), "technician")
    return call(driver, f"/v1/drives/{t.drive('assign', 'start', driver=driver)['id']}/finish", {"odometer_km": 41200})


@sample("abortDrive")
def _(t):
    driver = t.store.hire("driver" + t.chain.unique(), "technician")
    return call(driver, f"/v1/drives/{t.drive('assign', 'start', driver=driver)['id']}/abort", {"reason": "客户不在"})


@sample("cancelDrive")
def _(t):
    return call(t.store.dispatcher, f"/v1/drives/{t.drive()['id']}/cancel", {"reason": "客户自取"})


@sample("createLoanerCar")
def _(t):
    return call(t.store.manager, "/v1/loaner-cars", {
        "store_id": t.store.id, "plate": t.chain.plate(), "model": "大众朗逸", "odometer_km": 20100, "insurance_until": "2099-03-31",
        "inspection_until": "2099-06-30"})


@sample("getLoanerCar")
def _(t):
    return call(t.store.advisor, "/v1/loaner-cars/" + t.loaner_car()["id"])


@sample("listAvailableLoanerCars")
def _(t):
    return call(t.store.advisor, "/v1/loaner-cars/available", params={"store_id": t.store.id, "from": days_ahead(1), "to": days_ahead(2)})


@sample("updateLoanerCar")
def _(t):
    made = t.loaner_car()
    return call(t.store.manager, "/v1/loaner-cars/" + made["id"], {"inspection_until": "2099-12-31", "note": "已年检"}, version=made["version"])


@sample("withdrawLoanerCar")
def _(t):
    return call(t.store.advisor, f"/v1/loaner-cars/{t.loaner_car()['id']}/withdraw", {"reason": "事故"})


@sample("putLoanerCarBack")
def _(t):
    car = t.loaner_car()
    t.store.manager.post(f"/v1/loaner-cars/{car['id']}/withdraw", {"reason": "事故"}, expect=200)
    return call(t.store.advisor, f"/v1/loaner-cars/{car['id']}/put-back")


@sample("createLoan")
def _(t):
    return call(t.store.advisor, "/v1/loans", {"loaner_car_id": t.loaner_car()["id"], "customer_id": t.customer()["id"], "to": days_ahead(2)})


@sample("getLoan")
def _(t):
    return call(t.store.advisor, "/v1/loans/" + t.loan()["id"])


@sample("extendLoan")
def _(t):
    return call(t.store.advisor, f"/v1/loans/{t.loan()['id']}/extend", {"to": days_ahead(5)})


@sample("handOutLoan")
def _(t):
    return call(t.store.advisor, f"/v1/loans/{t.loan()['id']}/hand-out", {
        "licence_number": "310115198501012345", "odometer_km": 20100, "fuel_percent": 90})


@sample("returnLoan")
def _(t):
    return call(t.store.advisor, f"/v1/loans/{t.loan('hand-out')['id']}/return", {"odometer_km": 20310, "fuel_percent": 60})


@sample("cancelLoan")
def _(t):
    return call(t.store.advisor, f"/v1/loans/{t.loan()['id']}/cancel", {"reason": "不需要"})


# --- Rescues ---

lists("advisor", ("listRescues", "/v1/rescues"))


def rescue_sent(t, *verbs):
    """A rescue with a technician of its own, who is out with it alone."""
    return t.rescue(*verbs, technician=t.store.hire("rescuer" + t.chain.unique(), "technician"))


@sample("reportRescue")
def _(t):
    return call(t.store.service, "/v1/rescues", {
        "store_id": t.store.id, "kind": "tow", "caller_name": "王小明", "caller_phone": t.chain.phone(), "plate": t.chain.plate(),
        "place": "沪昆高速 K42", "latitude_microdegrees": 31123456, "longitude_microdegrees": 121234567})


@sample("getRescue")
def _(t):
    return call(t.store.tech1, "/v1/rescues/" + t.rescue()["id"])


@sample("getRescuePhone")
def _(t):
    return call(t.store.advisor, f"/v1/rescues/{t.rescue()['id']}/phone")


@sample("dispatchRescue")
def _(t):
    rescuer = t.store.hire("rescuer" + t.chain.unique(), "technician")
    return call(t.store.dispatcher, f"/v1/rescues/{t.rescue()['id']}/dispatch", {"technician_id": rescuer.id, "eta_at": days_ahead(1)})


@sample("reassignRescue")
def _(t):
    rescuer = t.store.hire("rescuer" + t.chain.unique(), "technician")
    return call(t.store.dispatcher, f"/v1/rescues/{rescue_sent(t, 'dispatch')['id']}/reassign", {
        "technician_id": rescuer.id, "truck": "拖车 2 号", "eta_at": days_ahead(1)})


@sample("arriveRescue")
def _(t):
    return call(t.store.dispatcher, f"/v1/rescues/{rescue_sent(t, 'dispatch')['id']}/arrive")


@sample("towInRescue")
def _(t):
    return call(t.store.advisor, f"/v1/rescues/{rescue_sent(t, 'dispatch', 'arrive')['id']}/tow-in", {"odometer_km": 41200})


@sample("repairRescue")
def _(t):
    return call(t.store.advisor, f"/v1/rescues/{rescue_sent(t, 'dispatch', 'arrive')['id']}/repair", {"odometer_km": 41200, "note": "更换蓄电池"})


@sample("cancelRescue")
def _(t):
    return call(t.store.service, f"/v1/rescues/{t.rescue()['id']}/cancel", {"reason": "solved_otherwise"})


# --- Attendance ---

lists("advisor", ("listAttendance", "/v1/attendance"))


def hand(t):
    """Somebody who is not at work yet."""
    return t.store.hire("hand" + t.chain.unique(), "technician")


@sample("clockIn")
def _(t):
    return call(hand(t), "/v1/attendance/clock-in", {"store_id": t.store.id})


@sample("clockOut")
def _(t):
    person = hand(t)
    person.post("/v1/attendance/clock-in", {"store_id": t.store.id, "occurred_at": ago(hours=23, minutes=30)}, expect=200)
    return call(person, "/v1/attendance/clock-out")


@sample("getAttendance")
def _(t):
    return call(t.store.advisor, "/v1/attendance/" + t.attendance()["id"])


@sample("correctAttendance")
def _(t):
    made = t.attendance()
    return call(t.store.manager, "/v1/attendance/" + made["id"], {"ended_at": days_ahead(-1, 10), "reason": "加班"}, version=made["version"])


@sample("addAttendance")
def _(t):
    return call(t.store.manager, f"/v1/staff/{hand(t).id}/attendance", {
        "store_id": t.store.id, "started_at": days_ahead(-1, 1), "ended_at": days_ahead(-1, 9), "reason": "忘记打卡"})


@sample("listStaffAttendance")
def _(t):
    return call(t.store.advisor, f"/v1/staff/{t.store.tech1.id}/attendance")


@sample("listAttendanceDay")
def _(t):
    return call(t.store.advisor, "/v1/attendance/days", params={"store_id": t.store.id, "date": today()})


@sample("listUtilisation")
def _(t):
    return call(t.store.advisor, "/v1/attendance/utilisation", params={"store_id": t.store.id, "from": today(-7), "to": today()})
