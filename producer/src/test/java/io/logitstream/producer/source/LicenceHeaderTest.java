package io.logitstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LicenceHeaderTest {
  private static final String APACHE =
      "/*\n * Licensed to the Apache Software Foundation (ASF)\n * See the NOTICE file.\n */\n";

  @Test
  void aBlockCommentOfALicenceIsRemoved() {
    assertThat(strip("java", APACHE + "\npackage a;\n")).isEqualTo("package a;\n");
  }

  @Test
  void severalCommentsOfLicencesAreRemovedAndTheFirstOtherOneStays() {
    String docs = "/** Adds numbers. Never copyright-free. */\nclass A {}\n";
    assertThat(
            strip(
                "scala",
                "\n// Copyright 2026 A\n// and others\n\n"
                    + APACHE
                    + "/* What it does */\n"
                    + docs))
        .isEqualTo("/* What it does */\n" + docs);
  }

  @Test
  void linesOfCommentsAfterTheInterpreterLineAreRemoved() {
    assertThat(strip("py", "#!/usr/bin/env python\n# SPDX-License-Identifier: MIT\n\nimport os\n"))
        .isEqualTo("#!/usr/bin/env python\nimport os\n");
  }

  @Test
  void textsWithoutALicenceStayAsTheyAre() {
    for (String text :
        List.of(
            "/* unclosed licence",
            "\n\n// A note\nclass A {}\n",
            "class A { /* licence */ }",
            "",
            "#!")) {
      assertThat(strip("java", text)).isEqualTo(text);
    }
  }

  @Test
  void aFileThatIsALicenceAloneIsEmptyAfterwards() {
    assertThat(strip("java", APACHE)).isEmpty();
    assertThat(strip("xml", "<!-- Licence -->\n<a/>")).isEqualTo("<a/>");
  }

  @Test
  void proseHasNoCommentStyle() {
    assertThat(CommentStyle.ofExtension("txt")).isEmpty();
  }

  private static String strip(String extension, String text) {
    return LicenceHeader.strip(text, CommentStyle.ofExtension(extension).orElseThrow());
  }
}
