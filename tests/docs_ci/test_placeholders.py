"""What a page shows in the place of address and key, mapped to what a run has."""

import pytest

from dvara_examples.docs_ci.placeholders import Unmappable, mapped, renamed_variables

URL, KEY = "https://your-gateway.example/v1", "YOUR_KEY"
PAIRS = ((URL, "DVARA_URL"), (KEY, "DVARA_API_KEY"))
PY_URL, PY_KEY = '__import__("os").environ["DVARA_URL"]', '__import__("os").environ["DVARA_API_KEY"]'


@pytest.mark.parametrize(
    ("language", "code", "wanted"),
    [
        ("python", f"c = C(base_url=\"{URL}\", api_key='{KEY}')", f"c = C(base_url={PY_URL}, api_key={PY_KEY})"),
        ("python", f'u = f"{URL}/chat/{{x}}"', f'u = ({PY_URL} + f"/chat/{{x}}")'),
        ("python", f'h = "Bearer {KEY}"  # "{KEY}"', f'h = ("Bearer " + {PY_KEY})  # "{KEY}"'),
        ("python", f"s = '''a\n{KEY}\n'''", f"s = ('''a\n''' + {PY_KEY} + '''\n''')"),
        ("python", f'{KEY} = "it\\"s"', f'{KEY} = "it\\"s"'),
        ("node", f"const u = '{URL}/chat';", "const u = (process.env.DVARA_URL + '/chat');"),
        (
            "node",
            f"const h = `Bearer {KEY} ${{x}}`; // {URL}",
            f"const h = `Bearer ${{process.env.DVARA_API_KEY}} ${{x}}`; // {URL}",
        ),
        ("node", f'/* "{KEY}" */ f("{KEY}")', f'/* "{KEY}" */ f(process.env.DVARA_API_KEY)'),
        ("java", f'var u = URI.create("{URL}/chat");', 'var u = URI.create((System.getenv("DVARA_URL") + "/chat"));'),
        ("java", f'var c = \'"\'; var k = "{KEY}";', 'var c = \'"\'; var k = System.getenv("DVARA_API_KEY");'),
    ],
)
def test_a_placeholder_inside_a_string_becomes_what_it_stands_for(language: str, code: str, wanted: str) -> None:
    """Alone or as a part of the string; comments and names stay as printed."""
    assert mapped(code, language, PAIRS) == wanted


@pytest.mark.parametrize("code", [f'x = 1\nb"{KEY}"', f'x = 1\nRB"""{KEY}"""'])
def test_bytes_are_refused_with_their_line(code: str) -> None:
    """An expression that reads a variable is no bytes."""
    with pytest.raises(Unmappable) as refused:
        mapped(code, "python", PAIRS)
    assert refused.value.line == 2


def test_a_text_block_of_java_is_refused() -> None:
    """It cannot be taken apart without moving its lines."""
    with pytest.raises(Unmappable, match="text block"):
        mapped(f'var s = """\n  {KEY}\n  """;', "java", PAIRS)


def test_the_longer_placeholder_wins() -> None:
    """Where one is the beginning of another."""
    pairs = (("gw", "DVARA_API_KEY"), ("gw.example", "DVARA_URL"))
    assert mapped('"gw.example" + "gw"', "node", pairs) == "process.env.DVARA_URL + process.env.DVARA_API_KEY"


def test_a_variable_may_stand_for_another() -> None:
    """Its name is replaced wherever it stands as a whole word, in every language's way to read one."""
    code = 'os.environ["OPENAI_API_KEY"], process.env.OPENAI_API_KEY, MY_OPENAI_API_KEY, OPENAI_API_KEYS'
    assert renamed_variables(code, [("OPENAI_API_KEY", "DVARA_API_KEY")]) == (
        'os.environ["DVARA_API_KEY"], process.env.DVARA_API_KEY, MY_OPENAI_API_KEY, OPENAI_API_KEYS'
    )
    assert renamed_variables(code, []) == code
