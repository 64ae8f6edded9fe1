#!/bin/bash
# fetch.sh FOLDER: puts into FOLDER what an emulated Raspberry Pi 3B boots: Debian's kernel with its device tree and modules,
# busybox, and three modules built from Debian's source of the same kernel: gpio-sim, i2c-stub and pwm-pca9685. Installs QEMU 10
# and fdtput, and a cross compiler for the modules. `cargo xtask pi` calls it; it needs root, apt and about two minutes. Nothing of this is part of the repository.
#
# The machine's own apt configuration stays as it is: sources, lists and caches used here are in FOLDER.
set -euo pipefail
script=$(realpath "$0")
folder=$(realpath "$1")
work=$folder/work
rm -rf "$work"
mkdir -p "$work"/{etc,lists/partial,cache/archives/partial,deb,root,kernel,headers,source} "$folder/modules"
export DEBIAN_FRONTEND=noninteractive

. /etc/os-release
if [ "${VERSION_CODENAME:-}" != bookworm ]; then
  echo "this needs Debian 12 (bookworm), but it is ${PRETTY_NAME:-something else}; a container of debian:12 does" >&2
  exit 1
fi
# A mirror is whatever this machine uses for its own packages; its address is not ours to know.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" && !found++ { print $1 }')
if [ -z "$mirror" ]; then
  echo "none of apt's sources offers 'bookworm main', so there is no mirror to fetch from" >&2
  exit 1
fi
cat > "$work/etc/pi.sources" << END
Types: deb
URIs: $mirror
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Architectures: amd64 arm64
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
apt() {
  # Another process may hold dpkg's lock for minutes, and a mirror may drop a download.
  apt-get -q -o DPkg::Lock::Timeout=900 -o Acquire::Retries=5 -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root \
    -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/etc" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" "$@"
}
echo "reading the package lists"
apt update

echo "installing QEMU, fdtput and a compiler for the modules"
apt install -y --no-install-recommends -t bookworm-backports qemu-system-arm
apt install -y --no-install-recommends device-tree-compiler gcc-aarch64-linux-gnu libc6-dev-arm64-cross make xz-utils

echo "downloading kernel, headers, source and busybox"
cd "$work/deb"
apt download linux-image-arm64:arm64
image=$(dpkg-deb --field linux-image-arm64_*.deb Depends | awk '{ print $1 }')
version=${image#linux-image-}
version=${version%-arm64}
apt download "$image:arm64" busybox-static:arm64 linux-kbuild-6.1:amd64 linux-source-6.1:all \
  "linux-headers-$version-arm64:arm64" "linux-headers-$version-common:all"
dpkg-deb -x "$image"_*.deb "$work/kernel"
dpkg-deb -x busybox-static_*.deb "$work/unpacked"
for package in linux-headers-*.deb linux-kbuild-*.deb; do dpkg-deb -x "$package" "$work/headers"; done
dpkg-deb -x linux-source-*.deb "$work/source"

echo "building gpio-sim, i2c-stub and pwm-pca9685, which Debian's arm64 kernels leave out"
headers=$work/headers/usr/src/linux-headers-$version
kbuild=$work/headers/usr/lib/linux-kbuild-6.1
sed -i "s#/usr/src/linux-headers#$work/headers/usr/src/linux-headers#" "$headers-arm64/Makefile"
for part in scripts tools; do
  for tree in "$headers-arm64" "$headers-common"; do
    if [ -L "$tree/$part" ]; then ln -sfn "$kbuild/$part" "$tree/$part"; fi
  done
done
cd "$work/source"
tar xf usr/src/linux-source-6.1.tar.xz --strip-components=3 --occurrence=1 \
  linux-source-6.1/drivers/gpio/gpio-sim.c linux-source-6.1/drivers/gpio/gpiolib.h
for file in drivers/i2c/i2c-stub.c drivers/pwm/pwm-pca9685.c; do
  tar xf usr/src/linux-source-6.1.tar.xz --strip-components=3 --occurrence=1 "linux-source-6.1/$file"
done
tar xf usr/src/linux-source-6.1.tar.xz --strip-components=3 --occurrence=1 linux-source-6.1/kernel/irq/irq_sim.c
# irq_to_desc is not exported to modules; handle_simple_irq is what its interrupts are set to anyway.
sed -i 's/handle_simple_irq(irq_to_desc(\([a-z]*\)))/generic_handle_irq(\1)/' irq_sim.c
printf 'obj-m := gpio-sim-pi.o i2c-stub.o pwm-pca9685.o\ngpio-sim-pi-y := gpio-sim.o irq_sim.o\n' > Makefile
make -C "$headers-arm64" M="$PWD" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- modules

echo "collecting"
aarch64-linux-gnu-strip --strip-debug gpio-sim-pi.ko i2c-stub.ko pwm-pca9685.ko
cp gpio-sim-pi.ko i2c-stub.ko pwm-pca9685.ko "$folder/modules/"
for module in i2c-dev i2c-bcm2835 spi-bcm2835 bcm2835_wdt configfs pwm-bcm2835 i2c-mux i2c-mux-pca954x \
  industrialio kfifo_buf industrialio-triggered-buffer ti-ads1015; do
  cp "$(find "$work/kernel/lib/modules" -name "$module.ko")" "$folder/modules/"
done
cp "$work"/kernel/boot/vmlinuz-* "$folder/vmlinuz"
cp "$work"/kernel/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$folder/board.dtb"
cp "$work/unpacked/bin/busybox" "$folder/busybox"
rm -rf "$work"
# Tells the next run that all is there, and made by this script.
cp "$script" "$folder/fetch.sh"
