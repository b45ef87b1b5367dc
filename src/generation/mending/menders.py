"""Which fixes each problem has, the one that changes least first."""

from __future__ import annotations

from ...core.errors import Problem
from . import tables as t
from . import values as v
from . import words as w
from .anything import COUNTER, all_of, drop_unit, drop_value, dropping, make_plain, setting
from .search import Mender


def menders_of(problem: Problem) -> tuple[Mender, ...]:
    """At last, what is wrong is taken out; of a field all but its name is taken away."""
    is_ruled = "rules[" in problem.path
    special = () if is_ruled and problem.code not in _ANYWHERE else MENDERS.get(problem.code, ())
    return (*special, drop_value, drop_unit, make_plain)


_EXPRESSION = (w.correct_word, drop_unit)
_PER_PARENT = (drop_value, lambda spot: spot.drop((*spot.steps[:4], "per_parent")), drop_unit)
_ANYWHERE = frozenset({"unknown_field", "unknown_rule", "unknown_column", "missing", "unknown_key"})

MENDERS: dict[str, tuple[Mender, ...]] = {
    # The document's shape.
    "bad_name": (w.make_name,),
    **dict.fromkeys(("string_type", "string_too_short"), (w.name_it,)),
    **dict.fromkeys(
        ("unknown_kind", "unknown_rule", "unknown_check"), (w.take_suggestion, drop_unit)
    ),
    **dict.fromkeys(("kind_missing", "rule_missing", "check_missing"), (drop_unit,)),
    "literal_error": (w.take_suggestion,),
    "unknown_key": (w.rename_key, drop_value),
    "missing": (w.add_what_is_missing,),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "bool_type",
         "bool_parsing"), (w.read_value,),
    ),
    **dict.fromkeys(("tuple_type", "list_type"), (w.read_value, w.leave_out)),
    **dict.fromkeys(("model_type", "dict_type", "too_short"), (w.leave_out,)),
    **dict.fromkeys(
        ("greater_than_equal", "greater_than", "less_than_equal", "less_than"), (w.keep_to_bound,)
    ),
    **dict.fromkeys(("too_long", "string_too_long"), (w.cut,)),
    "too_deep": (t.make_text,),
    # Names and references.
    "unknown_locale": (w.country_less, drop_value),
    "too_many_tables": (t.keep_tables,),
    "too_many_fields": (t.split_table,),
    **dict.fromkeys(("duplicate_table", "duplicate_field"), (w.rename_second,)),
    **dict.fromkeys(("unknown_field", "unknown_table", "unknown_format"), (w.take_suggestion,)),
    "rows_missing": (t.give_rows,),
    "nullable_key": (t.fill_key,),
    # One field.
    "nullable_required": (dropping("constraints.required"),),
    "empty_range": (v.swap_ends, v.open_ends, dropping("generator.minimum", "generator.maximum"),
                    v.drop_bounds),
    "enum_conflict": (v.allow_values,),
    "wrong_type": (v.change_type, v.convert_values),
    "weights_mismatch": (v.fit_weights, drop_value),
    "too_few_values": (all_of(dropping("generator.step"), v.widen), v.let_repeat),
    "unique_not_possible": (v.let_repeat,),
    "out_of_range": (v.start_inside,),
    "bad_template": (v.mend_template,),
    "null_required": (all_of(dropping("constraints.required"), t.allow_nulls),),
    "bad_bound": (w.read_value, drop_value),
    "too_wide": (v.cut_tails, dropping("generator.truncate", "generator.start"), v.drop_bounds),
    "empty_truncation": (dropping("generator.truncate"), v.drop_bounds),
    "two_centres": (dropping("generator.mean"),),
    "length_impossible": (dropping("generator.words"), dropping("constraints.minLength")),
    "unique_float": (setting("constraints.multipleOf", 0.01), v.let_repeat),
    "person_conflict": (t.own_person,),
    "unexpected_null": (t.allow_nulls,),
    "not_built": (t.make_text_of_type, v.let_repeat),
    "no_such_text": (dropping("constraints.minLength", "constraints.maxLength"),),
    "pattern_too_large": (v.repeat_less,),
    "needs_model": (t.use_filler, v.let_repeat),
    "cycle": (drop_value, dropping("null_when"), t.without("rules")),
    "expectation_unmet": (t.count_as_planned,),
    "ambiguous_parent": (setting("generator", dict(COUNTER)),),
    "unknown_column": _EXPRESSION,
    # Tables.
    "key_length": (drop_unit,),
    "type_mismatch": (t.match_types, drop_unit),
    "reference_not_unique": (t.make_referable, drop_unit),
    "optional_not_nullable": (t.make_nullable,),
    "self_reference_required": (t.be_without_parent,),
    "table_cycle": (t.cut_circle,),
    "overlapping_keys": (drop_unit,),
    **dict.fromkeys(("key_not_unique", "not_constructible"), (drop_value,)),
    "counts_do_not_fit": (t.without("rows"), *_PER_PARENT),
    "counts_open": (t.give_rows, *_PER_PARENT),
    **dict.fromkeys(("skew_impossible", "too_many_parents", "too_many_rows"), _PER_PARENT),
}  # fmt: skip
