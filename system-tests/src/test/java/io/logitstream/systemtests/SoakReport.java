package io.logitstream.systemtests;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What processes held over a time, and what of it grew. */
final class SoakReport {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final int CLASSES_NAMED = 8;
  private static final int WEIGHINGS = 5;

  /** A JVM warms up for some minutes; shorter runs are too short to tell of memory. */
  private static final Duration MEMORY_SETTLES_IN = Duration.ofMinutes(15);

  private static final double TOLERANCE = 1.1;

  private record Watched(ServiceProcess process, List<ProcessUsage> usages, List<LiveHeap> heaps) {
    Watched(ServiceProcess process) {
      this(process, new ArrayList<>(), new ArrayList<>());
    }

    /** The most of a third of the time. */
    long most(int third, ToLongFunction<ProcessUsage> of) {
      return usages.subList(usages.size() * third / 3, usages.size() * (third + 1) / 3).stream()
          .mapToLong(of)
          .max()
          .orElseThrow();
    }

    /** What was live at the start, or at the end of a third of the time. */
    LiveHeap heap(int thirds) {
      return heaps.get(thirds);
    }

    String thirds(ToLongFunction<ProcessUsage> of) {
      return "%d %d %d".formatted(most(0, of), most(1, of), most(2, of));
    }
  }

  private final List<Watched> processes;
  private final Path data;

  /**
   * A report without samples.
   *
   * @param data folder of what the processes keep, which may grow
   */
  SoakReport(List<ServiceProcess> processes, Path data) {
    this.processes = processes.stream().map(Watched::new).toList();
    this.data = data;
  }

  /** Notes what every process holds now. */
  void sample() throws IOException {
    for (Watched watched : processes) {
      watched.usages().add(ProcessUsage.of(watched.process().pid(), data));
    }
  }

  /**
   * Notes what every process's objects take, garbage left out: the least of a few weighings, as
   * what is just being worked on comes and goes.
   */
  void weighHeaps() throws IOException, InterruptedException {
    for (Watched watched : processes) {
      watched.heaps().add(LiveHeap.of(watched.process().pid()));
    }
    for (int again = 1; again < WEIGHINGS; again++) {
      for (Watched watched : processes) {
        LiveHeap heap = LiveHeap.of(watched.process().pid());
        int newest = watched.heaps().size() - 1;
        if (heap.bytes() < watched.heap(newest).bytes()) {
          watched.heaps().set(newest, heap);
        }
      }
    }
  }

  /**
   * What was more in the last third of the time than in the middle one, by more than a tenth and a
   * few.
   *
   * @param time that the samples took; memory is judged only if it had time to settle
   */
  List<String> growing(Duration time) {
    List<String> growing = new ArrayList<>();
    for (Watched watched : processes) {
      judge(growing, watched, "threads", 4, ProcessUsage::threads);
      judge(growing, watched, "files", 16, ProcessUsage::files);
      if (time.compareTo(MEMORY_SETTLES_IN) >= 0) {
        judge(growing, watched, "resident bytes", 32 * MIB, ProcessUsage::residentBytes);
        long last = watched.heap(3).bytes();
        long before = watched.heap(2).bytes();
        if (last > before * TOLERANCE + 4 * MIB) {
          growing.add("%s: live heap %d to %d".formatted(watched.process().name(), before, last));
        }
      }
    }
    return growing;
  }

  private static void judge(
      List<String> growing,
      Watched watched,
      String what,
      long slack,
      ToLongFunction<ProcessUsage> of) {
    long middle = watched.most(1, of);
    long last = watched.most(2, of);
    if (last > middle * TOLERANCE + slack) {
      growing.add("%s: %s %d to %d".formatted(watched.process().name(), what, middle, last));
    }
  }

  /** A line for each process: the largest of each third, and the live heap at their ends. */
  String table() {
    StringBuilder table =
        new StringBuilder(
            "%-10s %-22s %-16s %-16s %s%n"
                .formatted(
                    "process",
                    "resident MiB",
                    "threads",
                    "files",
                    "live heap MiB, from the start"));
    for (Watched watched : processes) {
      table.append(
          "%-10s %-22s %-16s %-16s %s%n"
              .formatted(
                  watched.process().name(),
                  watched.thirds(usage -> usage.residentBytes() / MIB),
                  watched.thirds(ProcessUsage::threads),
                  watched.thirds(ProcessUsage::files),
                  String.join(
                      " ",
                      watched.heaps().stream()
                          .map(heap -> "%.1f".formatted((double) heap.bytes() / MIB))
                          .toList())));
    }
    return table.toString();
  }

  /**
   * A line for each process: the classes whose objects took most more at the end than after the
   * first third.
   */
  String grownClasses() {
    StringBuilder lines =
        new StringBuilder("what grew most after the first third, KiB:%n".formatted());
    for (Watched watched : processes) {
      String classes =
          watched.heap(3).grownMost(watched.heap(1), CLASSES_NAMED).stream()
              .filter(grown -> grown.getValue() >= KIB)
              .map(grown -> "%s %,d".formatted(grown.getKey(), grown.getValue() / KIB))
              .collect(Collectors.joining(", "));
      lines.append("%-10s %s%n".formatted(watched.process().name(), classes));
    }
    return lines.toString();
  }
}
