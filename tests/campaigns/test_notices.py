"""The mails of an approval: by the one way mails go, so that a mail server's mood undoes no yes."""

import pytest
from django.core import mail as django_mail
from django.db import transaction
from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted
from wagtail.users.models import UserProfile

from campaigns import services
from campaigns.states import State
from mail.models import Message
from people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(settings):
    settings.MAIL_TRANSPORT = "tests.campaigns.test_notices.Broken"


class Broken:
    def __init__(self, *args, **kwargs):
        raise AssertionError("nobody speaks to a mail server inside an approval")


def mails(kind):
    return list(Message.objects.filter(kind=f"post_{kind}").order_by("to"))


def test_who_may_say_yes_is_asked_and_who_asked_is_told(write, marta, elena, broken):
    post = write(minutes=60)
    state = services.ask(post=post, by=marta)
    (asked,) = mails("asked")
    assert asked.to == elena.email
    assert asked.subject.startswith("Da approvare") and "Vieni {link}" in asked.body_text
    assert f"/admin/post/edit/{post.pk}/" in asked.body_text and "Muro" in asked.body_html
    state.current_task_state.specific.approve(user=elena)
    (yes,) = mails("yes")
    assert yes.to == marta.email and "Elena" in yes.body_text
    assert set(post.deliveries.values_list("state", flat=True)) == {State.PLANNED}
    assert not django_mail.outbox


def test_a_change_asked_for_comes_with_its_words(write, marta, elena, broken):
    state = services.ask(post=write(minutes=60), by=marta)
    state.current_task_state.specific.reject(user=elena, comment="Più corto & <chiaro>")
    (change,) = mails("change")
    assert change.to == marta.email and "“Più corto & <chiaro>”" in change.body_text
    assert "&lt;chiaro&gt;" in change.body_html


def test_each_in_their_own_language_and_once(write, marta, elena):
    UserProfile.objects.create(user=elena, preferred_language="en")
    boss = User.objects.create_superuser("boss", email="boss@example.org")
    services.ask(post=write(minutes=60), by=marta)
    his, hers = mails("asked")  # he is told by two rules, and gets one mail
    assert (his.to, hers.to) == (boss.email, elena.email)
    assert his.subject.startswith("Da approvare") and hers.subject.startswith("To approve")


def test_who_does_not_want_them_gets_none(write, marta, elena):
    UserProfile.objects.create(user=elena, submitted_notifications=False)
    services.ask(post=write(minutes=60), by=marta)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "signal", [task_submitted, workflow_submitted, workflow_approved, workflow_rejected]
)
def test_only_one_of_us_listens(signal):
    ids = [row[0][0] for row in signal.receivers]
    wagtails = [one for one in ids if str(one).endswith("_email_notification")]
    assert len(wagtails) == 1


def test_pages_keep_wagtails_own_words_and_go_the_same_way(workflow, elena, admin_user, broken):
    from wagtail.models import Page

    page = Page.objects.get(depth=2)
    page.save_revision()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        workflow.start(page, admin_user)
        1 / 0
    assert not Message.objects.exists()
    workflow.start(page, admin_user)
    row = Message.objects.get(to=elena.email)
    assert (row.kind, row.state) == ("staff", Message.State.QUEUED)
    assert page.title in row.subject and f"/admin/pages/{page.pk}/" in row.body_text
    assert not django_mail.outbox
