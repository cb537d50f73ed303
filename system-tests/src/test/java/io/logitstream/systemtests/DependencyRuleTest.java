package io.logitstream.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies point one way; see docs/architecture.md. */
@AnalyzeClasses(packages = "io.logitstream", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRuleTest {

  @ArchTest
  static final ArchRule MODULES_DEPEND_ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("schemas")
          .definedBy("io.logitstream.schemas..")
          .layer("logits")
          .definedBy("io.logitstream.logits..")
          .layer("model")
          .definedBy("io.logitstream.model..")
          .layer("distillation")
          .definedBy("io.logitstream.distillation..")
          .layer("platform")
          .definedBy("io.logitstream.platform..")
          .layer("checkpoints")
          .definedBy("io.logitstream.checkpoints..")
          .layer("producer")
          .definedBy("io.logitstream.producer..")
          .layer("teacher")
          .definedBy("io.logitstream.teacher..")
          .layer("trainer")
          .definedBy("io.logitstream.trainer..")
          .layer("embedded")
          .definedBy("io.logitstream.embedded..")
          .layer("console")
          .definedBy("io.logitstream.console..")
          .whereLayer("schemas")
          .mayNotAccessAnyLayer()
          .whereLayer("model")
          .mayNotAccessAnyLayer()
          .whereLayer("embedded")
          .mayNotAccessAnyLayer()
          .whereLayer("logits")
          .mayOnlyAccessLayers("schemas")
          .whereLayer("distillation")
          .mayOnlyAccessLayers("model", "logits", "schemas")
          .whereLayer("platform")
          .mayOnlyAccessLayers("schemas")
          .whereLayer("checkpoints")
          .mayOnlyAccessLayers("platform", "schemas")
          .whereLayer("producer")
          .mayOnlyAccessLayers("platform", "schemas")
          .whereLayer("teacher")
          .mayOnlyAccessLayers("platform", "logits", "model", "schemas")
          .whereLayer("trainer")
          .mayOnlyAccessLayers(
              "platform", "logits", "model", "distillation", "checkpoints", "schemas")
          .whereLayer("console")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule ONLY_ONE_PACKAGE_TOUCHES_THE_PYTORCH_ENGINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.logitstream.model.torchscript..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch..")
          .because("what libtorch needs to be safe is known in one place");

  @ArchTest
  static final ArchRule ONLY_THE_CONSOLE_EXITS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.logitstream.console..")
          .should()
          .callMethod(System.class, "exit", int.class)
          .because("a library that ends the process takes the decision from its caller");

  @ArchTest
  static final ArchRule ONLY_THE_CONSOLE_READS_THE_ENVIRONMENT =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.logitstream.console..")
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .because("configuration comes in as arguments");

  @ArchTest
  static final ArchRule MODELS_AND_LOSSES_KNOW_NEITHER_KAFKA_NOR_AVRO =
      noClasses()
          .that()
          .resideInAnyPackage("io.logitstream.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.apache.avro..");

  @ArchTest
  static final ArchRule LOSSES_KNOW_NO_KAFKA =
      noClasses()
          .that()
          .resideInAnyPackage("io.logitstream.distillation..", "io.logitstream.logits..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");
}
