"""The keyless sources themselves: off by default, `pytest -m network` asks them.

They say whether what is documented of an API still holds; nothing else depends on them.
"""

from __future__ import annotations

import asyncio
import os

import pytest

from pipeline.connectors.http import open_session
from pipeline.connectors.questions import Question
from pipeline.connectors.registry import Connector
from pipeline.orchestration.fetching import Fetched, fetch_answers
from pipeline.values import BoundingBox

PORTOBELLO = BoundingBox(55.952, -3.122, 55.960, -3.110)

pytestmark = pytest.mark.network


def ask(connector: Connector, question: Question, **parameters: object) -> Fetched:
    """The connector's answers, from its real address."""
    fetched = Fetched()
    requests = connector.plan_requests(question, parameters)[:1]

    async def fetch() -> None:
        async with open_session(os.environ) as session:
            await fetch_answers(connector, requests, session, {}, fetched)

    asyncio.run(fetch())
    return fetched


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        ("openstreetmap", {"selectors": ['["leisure"="pitch"]']}),
        ("food_hygiene", {}),
    ],
)
def test_a_keyless_source_answers_as_documented(
    connectors: dict[str, Connector], source: str, parameters: dict[str, object]
):
    fetched = ask(
        connectors[source], Question("powerleague", ("powerleague",), PORTOBELLO), **parameters
    )

    assert fetched.answers  # each was held against what the source may answer
