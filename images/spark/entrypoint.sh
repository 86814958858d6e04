#!/bin/bash
# What Spark on Kubernetes starts in a container of this image. The first argument says which part it is:
#
#   driver ARGUMENTS     spark-submit in client mode, bound to the pod's address
#   executor             the executor's JVM; everything it needs is in SPARK_* variables that the driver sets
#   anything else        run as it stands: spark-submit, a shell, the history server
#
# It writes to no place but /tmp, so that the root file system may be read-only.
set -euo pipefail

# Hadoop's login fails for a user id without a name.
if ! getent passwd "$(id -u)" >/dev/null; then
  for library in /usr/lib/*/libnss_wrapper.so; do
    NSS_WRAPPER_PASSWD=$(mktemp) NSS_WRAPPER_GROUP=$(mktemp)
    echo "spark:x:$(id -u):$(id -g)::$SPARK_HOME/work-dir:/usr/sbin/nologin" >"$NSS_WRAPPER_PASSWD"
    echo "spark:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
    export LD_PRELOAD=$library NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
    break
  done
fi

# tini reaps what Python workers leave, and hands signals on (-s: also where it isn't process 1).
run() {
  exec /usr/bin/tini -s -- "$@"
}

case ${1:-} in
  driver)
    shift
    run "$SPARK_HOME/bin/spark-submit" \
      --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \
      --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS" \
      --deploy-mode client "$@"
    ;;
  executor)
    # Options come one to a variable, SPARK_JAVA_OPT_0 and up, so that they may hold spaces.
    options=()
    for ((i = 0; ; i++)); do
      name=SPARK_JAVA_OPT_$i
      [[ -v $name ]] || break
      options+=("${!name}")
    done
    # The order decides: configuration, then what the job adds, Spark's own, the site's, the working directory.
    classpath=
    for part in "${SPARK_CONF_DIR:-}" "${HADOOP_CONF_DIR:-}" "${SPARK_CLASSPATH:-}" "$SPARK_HOME/jars/*" \
      "${SPARK_EXTRA_CLASSPATH:-}" "${SPARK_DIST_CLASSPATH:-}" "$PWD"; do
      if [[ -n $part ]]; then classpath+=${classpath:+:}$part; fi
    done
    run "$JAVA_HOME/bin/java" "${options[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" -cp "$classpath" \
      org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
      --driver-url "$SPARK_DRIVER_URL" \
      --executor-id "$SPARK_EXECUTOR_ID" \
      --cores "$SPARK_EXECUTOR_CORES" \
      --app-id "$SPARK_APPLICATION_ID" \
      --hostname "$SPARK_EXECUTOR_POD_IP" \
      --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
      --podName "$SPARK_EXECUTOR_POD_NAME"
    ;;
  "")
    echo "say what to run: driver, executor, or a command such as spark-submit" >&2
    exit 2
    ;;
  *)
    exec "$@"
    ;;
esac
