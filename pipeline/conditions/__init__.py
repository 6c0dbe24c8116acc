"""The condition language: data that decides, the same for one context or a whole frame."""

from pipeline.conditions.evaluate import evaluate
from pipeline.conditions.frames import to_expression
from pipeline.conditions.nodes import CompositeCondition, Condition, Node, Operator
from pipeline.conditions.parse import ConditionError, parse_condition

__all__ = [
    "CompositeCondition",
    "Condition",
    "ConditionError",
    "Node",
    "Operator",
    "evaluate",
    "parse_condition",
    "to_expression",
]
