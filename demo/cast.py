"""Who logs in to the demonstration: one person a role, and in each network other persons with the same duties."""

from dataclasses import dataclass

from core.settings import Zone
from security.roles import Role


@dataclass(frozen=True)
class Person:
    """`unit` is the name of the unit to which a unit's own administrator is confined."""

    login: str
    display_name: str
    roles: tuple[Role, ...]
    unit: str = ""


# The three administrators come first: the set-up makes them, the others follow.
EXTRANET = (
    Person("sysadmin", "钱书瑶", (Role.SYSTEM_ADMIN,)),
    Person("secadmin", "孙浩然", (Role.SECURITY_ADMIN,)),
    Person("auditor", "李婉清", (Role.AUDIT_ADMIN,)),
    Person("netadmin", "周子墨", (Role.NETWORK_ADMIN,)),
    Person("operator", "吴晓东", (Role.OPERATOR,)),
    Person("submitter", "郑雨桐", (Role.SUBMITTER, Role.RECEIVER)),
    Person("approver", "王怀远", (Role.DEPARTMENT_APPROVER,)),
    Person("officer", "冯静怡", (Role.SECURITY_OFFICER,)),
    Person("media", "陈志明", (Role.MEDIA_OPERATOR,)),
    Person("shiqiao", "韩雪松", (Role.UNIT_ADMIN,), "石桥镇人民政府"),
)
INTRANET = (
    Person("sysadmin", "华清越", (Role.SYSTEM_ADMIN,)),
    Person("secadmin", "魏承志", (Role.SECURITY_ADMIN,)),
    Person("auditor", "陶子衿", (Role.AUDIT_ADMIN,)),
    Person("netadmin", "姜一凡", (Role.NETWORK_ADMIN,)),
    Person("operator", "戚明轩", (Role.OPERATOR,)),
    Person("receiver", "谢知秋", (Role.SUBMITTER, Role.RECEIVER)),
    Person("approver", "邹德厚", (Role.DEPARTMENT_APPROVER,)),
    Person("officer", "喻文清", (Role.SECURITY_OFFICER,)),
    Person("media", "柏青松", (Role.MEDIA_OPERATOR,)),
)
PERSONS = {Zone.EXTRANET: EXTRANET, Zone.INTRANET: INTRANET}
