// SPDX-License-Identifier: GPL-2.0
/*
 * kvm-run: makes a virtual machine through /dev/kvm and runs a few instructions in it: 3 + 4, written to a port. Prints
 * what came out ("7"), and before that what KVM_SET_TSS_ADDR answers to an address that only the patched kernel knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* The patch answers 4711 to it. */
#define MAGIC_ADDRESS 0x6b6c7000UL

static int check(int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "kvm-run: %s: %s\n", what, strerror(errno));
		exit(2);
	}
	return ret;
}

int main(void)
{
	/* mov $0x3f8, %dx; add %bl, %al; add $'0', %al; out %al, (%dx); hlt */
	static const uint8_t code[] = {0xba, 0xf8, 0x03, 0x00, 0xd8, 0x04, '0', 0xee, 0xf4};
	struct kvm_userspace_memory_region region = {.guest_phys_addr = 0x1000, .memory_size = 0x1000};
	struct kvm_regs regs = {.rip = 0x1000, .rax = 3, .rbx = 4, .rflags = 2};
	int kvm, vm, cpu, size, ret;
	struct kvm_sregs sregs;
	struct kvm_run *run;
	uint8_t *memory;

	kvm = check(open("/dev/kvm", O_RDWR), "open /dev/kvm");
	vm = check(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	ret = ioctl(vm, KVM_SET_TSS_ADDR, MAGIC_ADDRESS);
	printf("answer %d\n", ret == 4711 ? ret : 0);
	memory = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memcpy(memory, code, sizeof(code));
	region.userspace_addr = (uintptr_t)memory;
	check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	cpu = check(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	size = check(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	check(ioctl(cpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	check(ioctl(cpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	check(ioctl(cpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
	for (;;) {
		check(ioctl(cpu, KVM_RUN, 0), "KVM_RUN");
		if (run->exit_reason == KVM_EXIT_HLT)
			break;
		if (run->exit_reason != KVM_EXIT_IO || run->io.port != 0x3f8) {
			fprintf(stderr, "kvm-run: exit reason %u\n", run->exit_reason);
			return 1;
		}
		printf("result %c\n", *((char *)run + run->io.data_offset));
	}
	printf("halted\n");
	return 0;
}
