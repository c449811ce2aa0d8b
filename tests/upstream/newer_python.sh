#!/bin/bash
# Runs a command of this repository under a newer Debian's Python, with our extension built there.
#
#   newer_python.sh [--no-build] [--profile dev|release] FOLDER COMMAND [ARGUMENT ...]
#
# FOLDER gets a small Debian (made on first use, about 1 GB), a virtual environment and cargo's
# output; it is reused, and deleting it undoes everything. The command sees a copy of the work
# tree (what git tracks or would track), taken anew for each call, so that nothing built for that
# system lands among this one's files. Only `.cache/upstream` is shared. With --no-build there is
# no extension, which is enough for `run.py --stock`. Needs root, debootstrap and a Rust toolchain.
# To choose others: RELEASE (trixie), MIRROR, DJANGO (a pip requirement).
set -euo pipefail

release=${RELEASE:-trixie}
mirror=${MIRROR:-http://deb.debian.org/debian}
django=${DJANGO:-Django~=6.1.0}
debian_packages=python3,python3-venv,python3-dev,gcc,libc6-dev,ca-certificates,git
# What run.py asks for; the packages for development come with the build.
python_packages=(maturin Jinja2 docutils Pillow numpy sqlparse tzdata)

usage() {
    sed -n 's/^# \{0,1\}//; 2,4p' "$0" >&2
    exit 2
}

build=yes profile=dev
while [[ ${1:-} == --* ]]; do
    case $1 in
        --no-build) build=no ;;
        --profile) profile=${2:-}; shift ;;
        *) usage ;;
    esac
    shift
done
[[ $# -ge 2 && ($profile == dev || $profile == release) ]] || usage
[[ $(id -u) == 0 ]] || { echo "root is needed for debootstrap and chroot" >&2; exit 2; }

# All mounts below are made in a mount namespace of our own and vanish with it.
if [[ -z ${NEWER_PYTHON_NAMESPACE:-} ]]; then
    flags=(--profile "$profile")
    [[ $build == yes ]] || flags+=(--no-build)
    export NEWER_PYTHON_NAMESPACE=yes
    exec unshare --mount --propagation private "$0" "${flags[@]}" "$@"
fi

mkdir -p "$1"
folder=$(realpath "$1")
shift
repository=$(realpath "$(dirname "$0")/../..")
root=$folder/root

# One call at a time: each replaces the copy of the work tree.
exec 9>"$folder/lock"
flock 9

make_debian() {
    [[ -e $folder/complete ]] && return
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase --include="$debian_packages" "$release" "$root" "$mirror"
    touch "$folder/complete"
}

share_with_host() {
    mkdir -p "$root/opt/rust" "$root/src"
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount -o bind,ro "$(rustc --print sysroot)" "$root/opt/rust"
    # Names, certificates and pip's settings are the host's; the environment is passed on as well.
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    if [[ -e /etc/pip.conf ]]; then cp -L /etc/pip.conf "$root/etc/pip.conf"; fi
    for name in config.toml config; do
        local settings=${CARGO_HOME:-$HOME/.cargo}/$name
        if [[ -e $settings ]]; then
            mkdir -p "$root/opt/cargo"
            cp -L "$settings" "$root/opt/cargo/"
        fi
    done
}

copy_work_tree() {
    find "$root/src" -xdev -mindepth 1 -delete
    # A tracked file that is deleted in the work tree is a warning, not an error.
    git -C "$repository" ls-files -z --cached --others --exclude-standard |
        tar -C "$repository" --create --ignore-failed-read --null --files-from=- |
        tar -C "$root/src" --extract --touch
    mkdir -p "$repository/.cache/upstream" "$root/src/.cache/upstream"
    mount --bind "$repository/.cache/upstream" "$root/src/.cache/upstream"
}

# Variables that name folders of this system are taken out, those of certificates are kept.
inside() {
    chroot "$root" /usr/bin/env -u PYTHONPATH -u PIP_FIND_LINKS -u RUSTUP_TOOLCHAIN \
        HOME=/root TMPDIR=/tmp LANG=C.UTF-8 VIRTUAL_ENV=/opt/venv \
        CARGO_HOME=/opt/cargo CARGO_TARGET_DIR=/opt/target \
        PATH=/opt/venv/bin:/opt/rust/bin:/usr/bin:/bin \
        /bin/sh -c 'cd /src && exec "$@"' sh "$@"
}

make_debian
share_with_host
copy_work_tree
[[ -e $root/opt/venv/bin/python ]] || inside python3 -m venv /opt/venv
inside pip install --quiet "$django" "${python_packages[@]}"
if [[ $build == yes ]]; then
    inside env PIP_QUIET=1 maturin develop --profile "$profile"
fi
inside "$@"
