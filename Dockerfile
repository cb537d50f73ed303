# One image for every command:
#
#   docker build -t logitstream .
#   docker run --rm logitstream --help
#
# Layers that change at different paces: the Java runtime, libraries with libtorch, Logitstream itself, the models.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
COPY . .
# The third-party parent is named because nothing depends on it; Maven must find it in the reactor.
# The build writes the class path; what is Logitstream's own lies apart from the libraries, which change seldom.
RUN mvn -B -ntp -Dquick -pl third_party/confluent/parent-stub,console -am package \
    && ops/image/gather console/target/classpath.txt console/target/image \
    && cp console/target/logitstream-console-*.jar console/target/image/own/

FROM eclipse-temurin:17-jre
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin logitstream \
    && mkdir -p /var/cache/logitstream /var/lib/logitstream \
    && chown 10001:10001 /var/cache/logitstream /var/lib/logitstream
COPY --from=build /source/console/target/image/libraries /opt/logitstream/libraries
COPY --from=build /source/console/target/image/own /opt/logitstream/own
COPY ops/image/logitstream /opt/logitstream/logitstream
COPY demo-teacher/config.json demo-teacher/tokenizer.json demo-teacher/model.safetensors /models/demo-teacher/
COPY demo-student/config.json demo-student/tokenizer.json /models/demo-student/
USER 10001
WORKDIR /tmp
ENTRYPOINT ["/opt/logitstream/logitstream"]
CMD ["--help"]
