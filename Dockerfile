# One image for every command:
#
#   docker build -t logitstream .
#   docker run --rm logitstream --help
#
# With CUDA 12.8 as well (Linux x86_64, gigabytes more; the host needs NVIDIA's driver and its container toolkit):
#
#   docker build -t logitstream:cuda --build-arg LIBTORCH=cu128 .
#
# Layers that change at different paces: the Java runtime, CUDA, libraries with the CPU's libtorch, Logitstream itself, the models.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
COPY . .
# The third-party parent is named because nothing depends on it; Maven must find it in the reactor.
# The build writes the class path; what is Logitstream's own lies apart from the libraries, which change seldom.
RUN mvn -B -ntp -Dquick -pl third_party/confluent/parent-stub,console -am package \
    && ops/image/gather console/target/classpath.txt console/target/image \
    && cp console/target/logitstream-console-*.jar console/target/image/own/

# The CPU's libtorch comes with the libraries. DJL has its half of CUDA there too (jnilib/linux-x86_64/cu128), but libtorch itself is PyTorch's own
# download: its version is that of libtorch.version in pom.xml. LIBTORCH_SHA256, where it is given, must be the archive's.
FROM eclipse-temurin:17-jre AS libtorch
ARG LIBTORCH=cpu
ARG LIBTORCH_URL=https://download.pytorch.org/libtorch/cu128/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcu128.zip
ARG LIBTORCH_SHA256=
RUN mkdir /libtorch && case "$LIBTORCH" in \
      cpu) ;; \
      cu128) \
        apt-get update && apt-get install -y --no-install-recommends curl unzip \
        && curl --fail --location --silent --show-error --output /libtorch.zip "$LIBTORCH_URL" \
        && if [ -n "$LIBTORCH_SHA256" ]; then echo "$LIBTORCH_SHA256  /libtorch.zip" | sha256sum --check; fi \
        && unzip -q /libtorch.zip 'libtorch/lib/*' libtorch/build-version -d / \
        && rm /libtorch.zip \
        && find /libtorch/lib -name '*.a' -delete \
        && echo cu128 >/libtorch/flavour ;; \
      *) echo "LIBTORCH is '$LIBTORCH', expected cpu or cu128" >&2; exit 1 ;; \
    esac

FROM eclipse-temurin:17-jre
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin logitstream \
    && mkdir -p /var/cache/logitstream /var/lib/logitstream \
    && chown 10001:10001 /var/cache/logitstream /var/lib/logitstream
COPY --from=libtorch /libtorch /opt/logitstream/libtorch
COPY --from=build /source/console/target/image/libraries /opt/logitstream/libraries
COPY --from=build /source/console/target/image/own /opt/logitstream/own
COPY ops/image/logitstream /opt/logitstream/logitstream
COPY demo-teacher/config.json demo-teacher/tokenizer.json demo-teacher/model.safetensors /models/demo-teacher/
COPY demo-student/config.json demo-student/tokenizer.json /models/demo-student/
# Of the host's driver, where NVIDIA's container toolkit is asked for a device.
ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001
WORKDIR /tmp
ENTRYPOINT ["/opt/logitstream/logitstream"]
CMD ["--help"]
