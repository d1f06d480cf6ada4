"""HR's pages and roles."""

from kernel import DataScope, Declarations, MenuEntry, RoleEntry

access = Declarations(
    menus=[
        MenuEntry(
            "hr",
            "Human resources",
            icon="mdi:account-group",
            order=2,
            children=[
                MenuEntry("hr_employee", "Employees", icon="mdi:account-tie", order=1, buttons_of=["hr.employees.*"]),
                MenuEntry("hr_department", "Departments", icon="mdi:sitemap", order=2, buttons_of=["hr.departments.*"]),
                MenuEntry("hr_tag", "Tags", icon="mdi:tag-multiple", order=3),
                MenuEntry("hr_team", "My team", icon="mdi:account-multiple", order=4),
                MenuEntry(
                    "hr_my-workspace",
                    "My workspace",
                    icon="mdi:card-account-details",
                    order=5,
                    buttons_of=["hr.my.*"],
                ),
            ],
        ),
    ],
    roles=[
        RoleEntry(
            "R_HR_MANAGER",
            "HR manager",
            desc="Everything in human resources.",
            data_scope=DataScope.ALL,
            menus=["home", "user-center", "hr", "hr_employee", "hr_department", "hr_tag", "hr_team", "hr_my-workspace"],
            buttons=["B_HR_*"],
            apis=["hr.*"],
        ),
        RoleEntry(
            "R_HR_SPECIALIST",
            "HR specialist",
            desc="Onboards, edits, transfers and rehires.",
            data_scope=DataScope.ALL,
            menus=["home", "user-center", "hr", "hr_employee", "hr_department", "hr_tag", "hr_my-workspace"],
            buttons=["B_HR_EMP_ONBOARD", "B_HR_EMP_EDIT", "B_HR_EMP_TRANSFER", "B_HR_EMP_REHIRE"],
            apis=[
                "hr.employees.search",
                "hr.employees.get",
                "hr.employees.status_logs",
                "hr.employees.onboard",
                "hr.employees.set_avatar",
                "hr.employees.update",
                "hr.employees.transfer",
                "hr.employees.rehire",
                "hr.departments.search",
                "hr.departments.get",
                "hr.departments.tree",
                "hr.departments.stats",
            ],
        ),
        RoleEntry(
            "R_DEPT_MGR",
            "Department manager",
            desc="Sees the people of their own department.",
            data_scope=DataScope.SCOPE,
            menus=["home", "user-center", "hr", "hr_employee", "hr_department", "hr_team", "hr_my-workspace"],
            apis=[
                "hr.employees.search",
                "hr.employees.get",
                "hr.employees.status_logs",
                "hr.departments.tree",
                "hr.departments.stats",
            ],
        ),
        RoleEntry(
            "R_EMPLOYEE",
            "Employee",
            desc="Sees what is their own.",
            data_scope=DataScope.SELF,
            menus=["home", "user-center", "hr", "hr_my-workspace"],
            buttons=["B_HR_MY_AVATAR_EDIT"],
            apis=["hr.employees.search", "hr.employees.get", "hr.employees.status_logs", "hr.my.set_avatar"],
        ),
    ],
)
