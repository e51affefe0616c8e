# Runs the program as the image does: in a mount namespace in which everything is read-only but the folder of keys and /tmp,
# without a capability, and not as root where it was root that began. Arguments: the program, the folder of keys, the
# account's number or nothing, and what the program is told to do.
set -eu
program=$1 keys=$2 account=$3
shift 3
mount -t tmpfs -o mode=0755 none /var/lib
mkdir -p /var/lib/policytab/keys
touch /var/lib/policytab/program
mount --bind "$program" /var/lib/policytab/program
mount --bind "$keys" /var/lib/policytab/keys
mount -t tmpfs -o mode=1777 none /tmp
while read -r _ _ _ _ place options _; do
  case $place in
    /tmp | /var/lib/policytab/keys) ;;
    # With the options that it has: who is root of this namespace only may not take one away. What the kernel makes up
    # itself may refuse; the test looks at what came of it.
    *) mount -o "remount,bind,ro${options#r?}" "$place" 2>/dev/null || true ;;
  esac
done </proc/self/mountinfo
cd /var/lib/policytab
if [ -n "$account" ]; then
  set -- --reuid="$account" --regid="$account" --clear-groups -- ./program "$@"
else
  set -- -- ./program "$@"
fi
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"
