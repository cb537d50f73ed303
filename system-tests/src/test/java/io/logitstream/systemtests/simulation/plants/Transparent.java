package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What plants are made of, without a mistake: nothing may be found. */
public final class Transparent {
  /** The plant. */
  public static final Plant PLANT =
      new Plant() {
        @Override
        public String name() {
          return "transparent";
        }

        @Override
        public String mistake() {
          return "there is none";
        }

        @Override
        public ClientSource clients(SimulatedClients clients) {
          return new TransparentClients(clients);
        }
      };

  private Transparent() {}

  private static final class TransparentClients extends PlantedClients {
    TransparentClients(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          transaction.forEach(producer()::send);
          producer().commitTransaction();
        }
      }.asProducer();
    }
  }
}
