# Stops a test run's PostgreSQL and removes its files once the runner is gone.
# $1 the run's folder, $2 the runner's process id
ended() {
    kill -0 "$2" 2>/dev/null || return 0
    # A runner whose parent never collects it stays visible, and has ended all the same.
    grep -q '^State:[[:space:]]*Z' "/proc/$2/status" 2>/dev/null
}
until ended "$@"; do sleep 0.5; done

cluster=$1/cluster
storage=$(readlink "$cluster/storage" || echo "$cluster")
if read -r pid <"$storage/pgdata/postmaster.pid"; then
    kill -QUIT "$pid"
    tries=100
    while kill -0 "$pid" && [ "$tries" -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
fi
rm -rf "$storage" "$1"
