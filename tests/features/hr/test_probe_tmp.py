import asyncio
import collections

from features.hr.models import Department, Employee
from kernel.ids import encode

D = "/api/v1/business/hr/departments/"


async def test_moves(signed_in):
    hanmei = await signed_in("R_HR_MANAGER")
    seen = collections.Counter()
    rd, sa, hq = [encode((await Department.get(code=c)).id) for c in ("RD", "SA", "HQ")]
    for i in range(30):
        a, b = await asyncio.gather(
            hanmei.patch(D + rd, json={"parentId": sa}), hanmei.patch(D + sa, json={"parentId": rd})
        )
        seen[(a.status_code, a.json()["code"], b.status_code, b.json()["code"])] += 1
        for x in (rd, sa):
            await hanmei.patch(D + x, json={"parentId": hq})
    print(seen)


async def test_cross_transfer(signed_in):
    hanmei = await signed_in("R_HR_MANAGER")
    seen = collections.Counter()
    E = "/api/v1/business/hr/employees/"
    rd, sa, hq = [await Department.get(code=c) for c in ("RD", "SA", "HQ")]
    z, l, w, d = [await Employee.get(user__user_name=n) for n in ("zhouhang", "linyan", "wangwei", "daiwen")]
    for i in range(20):
        a, b = await asyncio.gather(
            hanmei.patch(
                E + encode(z.id) + "/department",
                json={"departmentId": encode(sa.id), "newManagerEmployeeId": encode(w.id)},
            ),
            hanmei.patch(
                E + encode(l.id) + "/department",
                json={"departmentId": encode(rd.id), "newManagerEmployeeId": encode(d.id)},
            ),
        )
        seen[(a.status_code, a.json()["code"], b.status_code, b.json()["code"])] += 1
        await Employee.filter(id=z.id).update(department_id=rd.id)
        await Employee.filter(id=l.id).update(department_id=sa.id)
        await Department.filter(id=rd.id).update(manager_id=z.id)
        await Department.filter(id=sa.id).update(manager_id=l.id)
    print(seen)


async def test_successor_leaves(signed_in):
    hanmei = await signed_in("R_HR_MANAGER")
    seen = collections.Counter()
    E = "/api/v1/business/hr/employees/"
    rd, sa, hq, pd = [await Department.get(code=c) for c in ("RD", "SA", "HQ", "PD")]
    z, l, w, d = [await Employee.get(user__user_name=n) for n in ("zhouhang", "linyan", "wangwei", "daiwen")]
    for i in range(20):
        a, b = await asyncio.gather(
            hanmei.patch(
                E + encode(z.id) + "/department",
                json={"departmentId": encode(sa.id), "newManagerEmployeeId": encode(w.id)},
            ),
            hanmei.patch(E + encode(w.id) + "/department", json={"departmentId": encode(pd.id)}),
        )
        await rd.refresh_from_db()
        m = await Employee.get(id=rd.manager_id)
        seen[(a.json()["code"], b.json()["code"], m.department_id == rd.id)] += 1
        await Employee.filter(id__in=[z.id, w.id]).update(department_id=rd.id)
        await Department.filter(id=rd.id).update(manager_id=z.id)
    print(seen)


async def test_search(signed_in):
    hanmei = await signed_in("R_HR_MANAGER")
    rd = await Department.get(code="RD")
    e = await Employee.create(name="Jürgen MÜLLER 100%_\\ x", department_id=rd.id)
    for n in [
        "müller",
        "MÜLLER",
        "JÜRGEN",
        "%",
        "_",
        "\\",
        "%_",
        "100%_\\ X",
        "\\%",
        "'",
        '"',
        "' OR 1=1 --",
        "\ud800",
    ]:
        try:
            r = await hanmei.post(
                "/api/v1/business/hr/employees/search",
                content=__import__("json").dumps({"name": n}),
                headers={"content-type": "application/json"},
            )
            j = r.json()
            print(repr(n), r.status_code, j["code"], (j["data"] or {}).get("total"))
        except Exception as x:
            print(repr(n), repr(x))
    for q in [
        {"orderBy": ["--name"]},
        {"orderBy": [""]},
        {"orderBy": "name"},
        {"orderBy": ["tagNames"]},
        {"orderBy": ["fmtCreatedAt"]},
        {"orderBy": ["name", "-name"]},
        {"orderBy": ["departmentName", "-employee_no"]},
        {"size": "10"},
        {"size": True},
        {"size": 1.5},
        {"current": 1000000, "size": 1000},
        {"current": 0},
        {"departmentId": 0},
        {"createdAtStart": "1"},
        {"createdAtStart": -1},
        {"createdAtStart": 2**63},
    ]:
        r = await hanmei.post("/api/v1/business/hr/employees/search", json=q)
        j = r.json()
        print(q, r.status_code, j["code"], j["msg"][:150], (j["data"] or {}).get("total"))
    r = await hanmei.post("/api/v1/business/hr/employees/search")
    print(r.status_code, r.text)
    r = await hanmei.post(
        "/api/v1/business/hr/employees/search", content=b"null", headers={"content-type": "application/json"}
    )
    print(r.status_code, r.text)
    r = await hanmei.post(
        "/api/v1/business/hr/employees/search", content=b"[]", headers={"content-type": "application/json"}
    )
    print(r.status_code, r.text)
    r = await hanmei.post(
        "/api/v1/business/hr/employees/search", content=b"{", headers={"content-type": "application/json"}
    )
    print(r.status_code, r.text)
