#!/usr/bin/env python3
"""Writes what transformers makes of chat templates, as golden files of the tests of `model`.

    python tools/make_golden_chat.py        # needs the PyPI packages transformers and jinja2

For each model/src/test/resources/chat/NAME/template.jinja, golden.json:

    {"tokenizer": NAME, "tokens": {"bos_token": ...}, "marksGeneration": ...,
     "conversations": [{"messages": [...], "addGenerationPrompt": ..., "text": ..., "ids": [...], "assistant": [...]}, ...]}

ids are there without the generation prompt; `assistant` (indices of tokens) where the template has generation blocks; `error` in the place of both where the template refuses.
chat/byte-level/tokenizer.json is the byte-level tokenizer of ../tokenizers/golden with the special tokens of all families; `llama-2` is the one there. jinja.json holds snippets by themselves.
"""

import json
import logging
from datetime import datetime
from pathlib import Path

from tokenizers import AddedToken, Tokenizer
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "model/src/test/resources/chat"
TOKENIZERS = ROOT / "model/src/test/resources/tokenizers/golden"
SPECIAL = [
    "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|endoftext|>", "[INST]", "[/INST]", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>",
    "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<start_of_turn>", "<end_of_turn>", "<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>", "<\uff5cend\u2581of\u2581sentence\uff5c>",
]
NOT_SPECIAL = ["<think>", "</think>"]
CONVERSATIONS = [
    [("user", "Hi"), ("assistant", "Hello!")],
    [("system", "  Be kind. "), ("user", " What is 2 < 3 & \"x\"? {{ 7 * 7 }} {% if %} "), ("assistant", " It's \u65e5\u672c \U0001f469\u200d\U0001f4bb {{x}}.\n"), ("user", "And?"), ("assistant", "Yes.\n\nNo.")],
    [("user", "q1"), ("assistant", "<think>\nhm\n</think>\n\na1"), ("user", "q2"), ("assistant", "<think>r2</think>a2")],
    [("user", "q1"), ("assistant", ""), ("user", "q2"), ("assistant", "  a2")],
    [("user", "weather?"), ("assistant", "I look."), ("tool", "{\"a\": [1, \"\u00e9\\n\"]}"), ("assistant", "Fine.")],
    [("user", "one"), ("user", "two"), ("assistant", "three")],
    [("system", "Only this.")],
]
SNIPPETS = [
    "{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ -2 ** 2 }} {{ 1_000 }}",
    "{{ 1.5 + 1 }} {{ 1e3 }} {{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e20 }} {{ 1.5e-7 }} {{ 3 * 1.0 }}",
    "{{ 'a' ~ 1 ~ none ~ true }} {{ 'ab' * 3 }} {{ 'a' + 'b' }} {{ 'a' 'b' }}",
    "{{ [1, 'a', none, true, 1.5, {'k': \"it's\"}] }} {{ (1, 2)[0] }} {{ {'a': 1}['a'] }} {{ {'a': {'b': 2}}.a.b }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ 'a' in 'cat' }} {{ 3 not in [1, 2] }} {{ 'k' in {'k': 1} }}",
    "{{ not true }} {{ not false and true }} {{ 1 or 2 }} {{ 0 or 'x' }} {{ '' and 1 }} {{ [] or none }} {{ 'yes' if 1 else 'no' }} {{ 'yes' if 0 }}|",
    "{{ missing }}|{{ missing is defined }}|{{ missing | default('d') }}|{{ '' | default('d', true) }}|{{ none }}|{{ missing or 'x' }}",
    "{{ 'abcdef'[1:3] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[:-2] }} {{ 'abcdef'[::2] }} {{ 'abcdef'[4:1:-1] }} {{ [1,2,3][1:] }} {{ [1,2,3][::-1] }} {{ 'a\U0001f600b'[1] }} {{ 'a\U0001f600b' | length }}",
    "{{ 'abc'[5] is defined }} {{ [1][3] is defined }} {{ 'abc'[-1] }} {{ [1,2][-1] }}",
    "{{ '  x '.strip() }}|{{ '--x-'.strip('-') }}|{{ '\\n\\nx\\n'.lstrip('\\n') }}|{{ 'xyx'.rstrip('x') }}|{{ 'a,b,,c'.split(',') }}|{{ ' a  b '.split() }}|{{ 'a b c'.split(' ', 1) }}|{{ 'a.b.c'.rsplit('.', 1) }}",
    "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'aXbX'.replace('X', '-') }} {{ 'aXbX'.replace('X', '-', 1) }} {{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ \"they're bill's\".title() }} {{ 'hELLO wORLD'.capitalize() }}",
    "{{ 'abcabc'.find('c') }} {{ 'abcabc'.rfind('c') }} {{ 'abc'.find('z') }} {{ 'abcabc'.count('b') }} {{ ','.join(['a', 'b']) }} {{ 'a\\nb\\r\\nc'.splitlines() }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.py'.removesuffix('.py') }}",
    "{{ \"they're bill's (one) two-three\" | title }} {{ 'aBc' | upper }} {{ 'aBc' | lower }} {{ 'aBc' | capitalize }} {{ ' a ' | trim }}| {{ 'a' | replace('a', 'b') }} {{ 12 | string + 'x' }}",
    "{{ [3,1,2] | sort }} {{ [3,1,2] | sort(reverse=true) }} {{ [1,2,3] | first }} {{ [1,2,3] | last }} {{ [1,2,1] | unique | list }} {{ [1,2,3] | reverse | list }} {{ [1,2] | join('-') }} {{ 'ab' | list }} {{ [1,2,3] | length }} {{ {'b': 1, 'a': 2} | dictsort }}",
    "{{ [{'r': 'u', 'c': 1}, {'r': 'a', 'c': 2}] | selectattr('r', 'equalto', 'u') | list }} {{ [{'r': 'u', 'c': 1}, {'r': 'a'}] | map(attribute='c') | list | length }} {{ [{'r': 'u'}, {'c': 1}] | selectattr('r', 'defined') | list }} {{ [{'r': 'u'}, {'c': 1}] | rejectattr('r', 'undefined') | list }} {{ [1, 0, 2] | select | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ ['a', 'b'] | map('upper') | join(' ') }}",
    "{{ {'a': [1, 2.5, none, true, \"q\\\"\u00e9\\n\"], 'b': {}} | tojson }} {{ {'b': [], 'a': [1, {'c': 2}]} | tojson(indent=2) }} {{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {{ 'x<y>&' | tojson }}",
    "{{ 'a\\nb\\n\\nc' | indent }}|{{ 'a\\nb' | indent(2, true) }}|{{ '3' | int + 1 }} {{ 'x' | int }} {{ 3.9 | int }} {{ -3 | abs }} {{ '2.5' | string }}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %} {% for x in [1, 2, 3, 4] if x is even %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}{% for x in [] %}{% else %}none{% endfor %}",
    "{% for x in 'abc' %}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('p', 'q') }} {% endfor %}",
    "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %} {{ range(2, 10, 3) | list }} {{ range(3, 0, -1) | list }}",
    "{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}{% if true %}{% set x = 9 %}{% endif %}{{ x }}",
    "{% set ns = namespace(n=0, s='') %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% set ns.s = ns.s ~ i %}{% endfor %}{{ ns.n }} {{ ns.s }} {% set a, b = [1, 2] %}{{ b }}{{ a }}",
    "{% set t %}a{{ 1 }}b{% endset %}{{ t }} {% set u | upper %}abc{% endset %}{{ u }} {% filter upper %}x{{ 'y' }}{% endfilter %} {% with a = 1, b = 2 %}{{ a + b }}{% endwith %}",
    "{% macro m(a, b='x') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }} {% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in{% endcall %} {% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}",
    "  {% if true %}\n  a\n  {% endif %}\nb\n{%- if true -%}\n  c\n{%- endif %}\n{# gone #}\nd {#- gone -#} e\n   {%+ if true %} f{% endif %}\n",
    "{{ 'x' -}}   y\n{{- 'z' }}\n{% raw %}{{ not }} {% if %}{% endraw %}\n  {%- raw -%}  w  {%- endraw %}\n",
    "a\r\nb\rc\n\n",
    "{{ 1 is number }}{{ 1 is integer }}{{ 1.0 is float }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is sequence }}{{ 'a' is iterable }}{{ none is none }}{{ true is boolean }}{{ 3 is divisibleby(3) }}{{ 3 is divisibleby 2 }}{{ 2 is even }}{{ 'a' is in ['a'] }}{{ true is true }}{{ 1 is true }}{{ range is callable }}{{ 1 is eq 1 }}{{ 2 is gt(1) }}{{ 'a' is not string }}{{ x is not defined }}",
    "{{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b') }} {{ {'a': 1}.get('b', 2) }} {{ {'a': 1, 'b': 2}.keys() | list }} {{ {'a': 1, 'b': 2}.values() | list }} {{ {'a': 1} | items | list }} {{ dict(a=1, b='x') }} {{ {'items': 1}['items'] }}",
    "{{ 'a\\tb\\\\c\\x41\\u00e9\\'\"\\q' }} {{ 'line \\\nbreak' }}",
    "{{ strftime_now('%Y-%m-%d %d %b %B %A %H:%M:%S %y %j %%') }}",
    "{{ raise_exception('no: ' + 'x') }}",
    "{{ missing.attribute }}", "{{ missing[0] }}", "{{ missing + 1 }}", "{{ 'a' + 1 }}", "{{ none | length }}", "{{ {'a': 1}.b.c }}", "{{ [1].append(2) }}", "{{ 1 / 0 }}", "{{ 'a' < 1 }}", "{{ missing() }}", "{% for x in 3 %}{% endfor %}",
    "{% if %}", "{{ 1", "{% endif %}", "{% unknown %}", "{{ 'a }}", "{% for x %}{% endfor %}", "{{ a b }}", "{% set 1 = 2 %}", "{# open", "{{ 'a' | nosuchfilter }}", "{{ 'a' is nosuchtest }}",
    "{{ messages | length }}{% for message in messages %}{{ message['role'] }}{{ message.content }}{% endfor %}{% set messages = messages[1:] %}{{ messages | length }}",
    "{{ (messages[0].role == 'system' and messages[1:] or messages) | length }}{{ messages[-1]['role'] }}{{ messages[0].absent is undefined }}{{ 'role' in messages[0] }}{{ messages[0] == messages[0] }}",
    "{{ namespace(a=messages | length - 1).a }} {{ namespace(a=1 == 1).a }} {{ not messages[0].content is string }} {{ messages[0].content is string and messages[0].content | length > 1 }}",
    "{%- generation %}a{% set x = 1 %}{% endgeneration -%} {{ x }}",
]


class Fixed(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 3, 5, 4, 7, 9)


def as_messages(conversation: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in conversation]


def tokenizers() -> dict[str, Tokenizer]:
    byte_level = Tokenizer.from_file(str(TOKENIZERS / "byte-level/tokenizer.json"))
    byte_level.add_special_tokens([AddedToken(spelling, special=True, normalized=False) for spelling in SPECIAL])
    byte_level.add_tokens([AddedToken(spelling, special=False, normalized=False) for spelling in NOT_SPECIAL])
    (FOLDER / "byte-level").mkdir(exist_ok=True)
    (FOLDER / "byte-level/tokenizer.json").write_text(byte_level.to_str(), encoding="utf-8")
    return {"byte-level": byte_level, "llama-2": Tokenizer.from_file(str(TOKENIZERS / "llama-2/tokenizer.json")), "mistral": Tokenizer.from_file(str(TOKENIZERS / "mistral/tokenizer.json"))}


def golden(template: str, name: str, tokenizer: Tokenizer) -> dict:
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template, **tokens)
    marks = "generation %}" in template or "generation -%}" in template
    written = []
    for conversation in CONVERSATIONS:
        for prompt in (False, True):
            messages = as_messages(conversation)
            case = {"messages": messages, "addGenerationPrompt": prompt}
            try:
                case["text"] = fast.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
                if not prompt:
                    encoded = fast.apply_chat_template(messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=marks)
                    case["ids"] = encoded["input_ids"]
                    if marks:
                        case["assistant"] = [index for index, one in enumerate(encoded["assistant_masks"]) if one]
            except Exception as refused:  # whatever the template raises is its answer
                case["error"] = str(refused)
            written.append(case)
    return {"tokenizer": name, "tokens": tokens, "marksGeneration": marks, "conversations": written}


def snippets() -> list[dict]:
    messages = as_messages(CONVERSATIONS[0])
    written = []
    for snippet in SNIPPETS:
        try:
            text = chat_template_utils.render_jinja_template([messages], chat_template=snippet)[0][0]
            written.append({"template": snippet, "text": text})
        except Exception as refused:  # the error is what is compared
            written.append({"template": snippet, "error": f"{type(refused).__name__}: {refused}"})
    return written


def main() -> None:
    logging.disable(logging.WARNING)
    chat_template_utils.datetime = Fixed
    made = tokenizers()
    for folder in sorted(FOLDER.iterdir()):
        if not (folder / "template.jinja").is_file():
            continue
        template = (folder / "template.jinja").read_text(encoding="utf-8")
        name = {"mistral-7b": "llama-2", "zephyr": "mistral"}.get(folder.name, "byte-level")
        result = golden(template, name, made[name])
        (folder / "golden.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        refused = sum("error" in case for case in result["conversations"])
        print(f"{folder.name}: {len(result['conversations'])} conversations, {refused} refused, tokenizer {name}")
    written = snippets()
    (FOLDER / "jinja.json").write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"jinja.json: {len(written)} snippets, {sum('error' in each for each in written)} errors")


if __name__ == "__main__":
    main()
