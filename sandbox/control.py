"""The control page at ``/_control/``: each stand-in's panel, and its fault switches."""

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import faults, registry
from sandbox.web import Context, answer, fields, page


def rules() -> list[Rule]:
    return [
        Rule("/", endpoint=to_control),
        Rule("/_control/", endpoint=show, methods=["GET"]),
        Rule("/_control/<standin>/fault", endpoint=fault, methods=["POST"]),
        Rule("/_control/<standin>/fault", endpoint=faults_now, methods=["GET"]),
    ]


def to_control(ctx: Context) -> Response:
    return Response.force_type(redirect("/_control/"))


def show(ctx: Context) -> Response:
    panels = [
        standin.panel(ctx.world)
        for standin in registry.load().values()
        if hasattr(standin, "panel")
    ]
    return page("Banco di prova", CONTROL.format(panels=Markup("").join(panels)))


def fault(ctx: Context, standin: str) -> Response:
    if standin not in registry.STANDINS:
        raise NotFound("No such stand-in.")
    faults.arm(ctx.store, standin, fields(ctx))
    return done(ctx, _armed(ctx, standin))


def faults_now(ctx: Context, standin: str) -> Response:
    """The faults that have not struck yet."""
    return answer(_armed(ctx, standin))


def done(ctx: Context, data: object) -> Response:
    """Answer a control request: JSON to a program, back to the page for a form."""
    if ctx.request.is_json or ctx.request.mimetype != "application/x-www-form-urlencoded":
        return answer(data)
    return Response.force_type(redirect("/_control/", 303))


def _armed(ctx: Context, standin: str) -> dict[str, object]:
    return {"faults": [dict(row) for row in faults.armed(ctx.store, standin)]}


CONTROL = Markup("""<main class="control">
<h1>Banco di prova</h1>
<p class="lead">Qui decidi come si comporta il mondo fuori: pagamenti, rimborsi, avvisi, guasti.</p>
{panels}
</main>
""")
