from django.db import migrations

from people import roles

WORKFLOW = "Revisione"
TASKS = {
    "Sì del coordinamento": [roles.COORDINATION],
    "Sì di uno dei tre pilastri": list(roles.REVIEWERS),
}
EVERYTHING = ("add", "change", "delete", "view")
GRANTS = {
    roles.CAMPAIGNERS: {
        "post": EVERYTHING,
        "campaign": ("add", "change", "view"),
        "account": ("view",),
        "delivery": ("change", "view"),
    },
    roles.COORDINATION: {
        "post": (*EVERYTHING, "lock", "unlock"),
        "campaign": EVERYTHING,
        "account": EVERYTHING,
        "delivery": ("change", "view"),
    },
    **{role: {"post": ("view",), "campaign": ("view",)} for role in roles.REVIEWERS},
}


def grant_roles(apps, schema_editor):
    """Nobody gets publish_post: a post goes out by approval alone."""
    for role, models in GRANTS.items():
        codenames = [f"{action}_{model}" for model, actions in models.items() for action in actions]
        roles.grant(apps, role=role, app_label="campaigns", codenames=codenames)


def make_workflow(apps, schema_editor):
    """The usual approval: the coordination says yes. The pillars' task stands ready beside it."""
    types = apps.get_model("contenttypes", "ContentType").objects
    groups = apps.get_model("auth", "Group").objects
    task_model = apps.get_model("campaigns", "ReviewTask")
    kind, _made = types.get_or_create(app_label="campaigns", model="reviewtask")
    made = {}
    for name, names in TASKS.items():
        made[name], new = task_model.objects.get_or_create(
            name=name, defaults={"content_type": kind, "active": True}
        )
        if new:
            made[name].groups.set(groups.filter(name__in=names))
    workflow, new = apps.get_model("wagtailcore", "Workflow").objects.get_or_create(
        name=WORKFLOW, defaults={"active": True}
    )
    if new:
        apps.get_model("wagtailcore", "WorkflowTask").objects.create(
            workflow=workflow, task_id=made["Sì del coordinamento"].pk, sort_order=0
        )
    post, _made = types.get_or_create(app_label="campaigns", model="post")
    apps.get_model("wagtailcore", "WorkflowContentType").objects.get_or_create(
        content_type=post, defaults={"workflow": workflow}
    )


def remove_workflow(apps, schema_editor):
    apps.get_model("wagtailcore", "Workflow").objects.filter(name=WORKFLOW).delete()
    apps.get_model("campaigns", "ReviewTask").objects.filter(name__in=TASKS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        ("people", "0002_roles"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunPython(grant_roles, migrations.RunPython.noop),
        migrations.RunPython(make_workflow, remove_workflow),
    ]
