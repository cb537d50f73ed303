package io.logitstream.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Dependencies point one way; see docs/architecture.md. */
class DependencyRuleTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.logitstream");

  @Test
  void modulesDependOneWay() {
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
        .layer("priors")
        .definedBy("io.logitstream.priors..")
        .layer("checkpoints")
        .definedBy("io.logitstream.checkpoints..")
        .layer("lineage")
        .definedBy("io.logitstream.lineage..")
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
        .whereLayer("priors")
        .mayOnlyAccessLayers("platform", "logits", "schemas")
        .whereLayer("checkpoints")
        .mayOnlyAccessLayers("platform", "schemas")
        .whereLayer("lineage")
        .mayOnlyAccessLayers("platform", "schemas")
        .whereLayer("producer")
        .mayOnlyAccessLayers("platform", "schemas")
        .whereLayer("teacher")
        .mayOnlyAccessLayers("platform", "logits", "priors", "model", "schemas")
        .whereLayer("trainer")
        .mayOnlyAccessLayers(
            "platform", "logits", "priors", "model", "distillation", "checkpoints", "schemas")
        .whereLayer("console")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void onlyOnePackageTouchesThePytorchEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.logitstream.model.torchscript..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl.pytorch..")
        .because("what libtorch needs to be safe is known in one place")
        .check(CLASSES);
  }

  @Test
  void onlyTheConsoleExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.logitstream.console..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .because("a library that ends the process takes the decision from its caller")
        .check(CLASSES);
  }

  @Test
  void onlyTheConsoleReadsTheEnvironment() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.logitstream.console..")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .because("configuration comes in as arguments")
        .check(CLASSES);
  }

  @Test
  void theTrainerTakesTimeAndThreadsFromItsPorts() {
    noClasses()
        .that()
        .resideInAnyPackage("io.logitstream.trainer..", "io.logitstream.checkpoints..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Executors.class, CountDownLatch.class, ReentrantLock.class)
        .orShould()
        .callConstructor(Thread.class, Runnable.class, String.class)
        .because("a simulation decides what time it is, and who runs")
        .check(CLASSES);
  }

  @Test
  void modelsKnowNeitherKafkaNorAvro() {
    noClasses()
        .that()
        .resideInAnyPackage("io.logitstream.model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "org.apache.avro..")
        .check(CLASSES);
  }

  @Test
  void lossesKnowNoKafka() {
    noClasses()
        .that()
        .resideInAnyPackage("io.logitstream.distillation..", "io.logitstream.logits..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(CLASSES);
  }
}
