package io.logitstream.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ d }}",
        "{{ d.strip() }}{{ d | upper }}",
        "{{ d[1:] }}{{ d[::-1] }}",
        "{{ d.split('b')[0] }}{{ d.split('b')[-1] }}",
        "{{ d.replace('b', 'x') }}",
        "{{ ['x', d] | join(', ') }}{{ 'n: ' ~ d }}",
        "{{ {'k': d} | tojson }}{{ [d] }}",
        "{% set t %}[{{ d }}]{% endset %}{{ t | trim }}",
        "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(d) }}",
        "{% filter indent %}{{ d }}\n{{ d }}{% endfilter %}",
        "{% for c in d %}{{ c }};{% endfor %}",
        "{{ d if d is string else 'x' }}{{ none or d }}{{ (d, 1)[0] }}"
      })
  void dataKeepsItsMarkAndTheTemplatesOwnTextHasNone(String template) {
    // the data is made of the letters a, b and A, the templates write none of them
    Text text = render(template, Text.marked("abba", 7));

    assertThat(text.toString()).containsPattern("[abAB]");
    for (int index = 0; index < text.length(); index++) {
      boolean isData = "abAB".indexOf(text.toString().charAt(index)) >= 0;
      assertThat(text.mark(index)).as("%s at %d", text, index).isEqualTo(isData ? 7 : 0);
    }
  }

  @Test
  void whatAGenerationBlockWroteIsKnown() {
    Text text =
        render(
            "x{% macro m() %}{% generation %}g{{ d }}{% endgeneration %}{% endmacro %}{{ m() }}y",
            Text.marked("data", 1));

    assertThat(text.toString()).isEqualTo("xgdatay");
    for (int index = 0; index < text.length(); index++) {
      assertThat(text.isGenerated(index)).isEqualTo(index > 0 && index < 6);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{{ range(1000000000) | length }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 'x' * 1000000000 }}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{{ 2 ** 63 }}"
      })
  void aTemplateThatRunsAwayIsStopped(String template) {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render(template, Value.NONE))
        .withMessageStartingWith("line 1");
  }

  @Test
  void aLongMessageIsGoneThroughInOnePass() {
    String data = "a\ud83d\ude00".repeat(200_000);
    String template =
        "{% for c in d[::-1] %}{% if loop.last %}{{ c }}{{ loop.length }}{% endif %}{% endfor %}";
    assertThat(render(template, Text.marked(data, 1)).toString()).isEqualTo("a400000");
  }

  @Test
  void nestingThatWouldOverflowTheStackIsRefused() {
    for (String opening : new String[] {"(", "[", "-", "not ", "{'a': "}) {
      assertThatExceptionOfType(JinjaException.class)
          .isThrownBy(() -> JinjaTemplate.parse("{{ " + opening.repeat(100_000)));
    }
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> JinjaTemplate.parse("{% if true %}".repeat(100_000)));
  }

  @Test
  void errorsNameTheLine() {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> JinjaTemplate.parse("a\n\n{{ 1 + }}"))
        .withMessage("line 3: found '}}', expected an expression");
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("\n{{ d.x.y }}", Value.NONE))
        .withMessage("line 2: 'x' is undefined");
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> JinjaTemplate.parse("{% include 'x' %}"))
        .withMessage("line 1: the statement 'include' is not supported");
  }

  @Property(tries = 500)
  void anyTextIsATemplateOrRefusedAsOne(
      @ForAll @StringLength(max = 40) @CharRange(from = ' ', to = '~') String text) {
    for (String template : new String[] {text, "{{ " + text + " }}", "{% " + text + " %}"}) {
      try {
        render(template, Text.marked("data", 1));
      } catch (JinjaException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  private static Text render(String template, Value data) {
    return JinjaTemplate.parse(template)
        .render(Map.of("d", data), Instant.EPOCH.atZone(ZoneOffset.UTC));
  }
}
