// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests need inside the machine and busybox can't do: system calls with a wrong address, ioctls.
 * Linked statically. Prints the result, or the name of the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Never mapped. */
#define BAD_ADDRESS ((void *)0x1000)

static int open_or_exit(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(2);
	}
	return fd;
}

static int report(long ret)
{
	if (ret < 0)
		puts(errno == EFAULT ? "EFAULT" : strerror(errno));
	else
		puts("ok");
	return 0;
}

static int random_ioctl(unsigned long cmd, void *arg)
{
	return ioctl(open_or_exit("/dev/urandom"), cmd, arg);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int count;

	if (argc == 3 && !strcmp(what, "getdents-fault"))
		return report(syscall(SYS_getdents64, open_or_exit(argv[2]), BAD_ADDRESS, 4096));
	if (!strcmp(what, "random-fault"))
		return report(random_ioctl(RNDGETENTCNT, BAD_ADDRESS));
	if (!strcmp(what, "random-reseed"))
		return report(random_ioctl(RNDRESEEDCRNG, NULL));
	if (!strcmp(what, "random-count")) {
		if (random_ioctl(RNDGETENTCNT, &count))
			return report(-1);
		printf("%d\n", count);
		return 0;
	}
	fprintf(stderr, "usage: helper getdents-fault DIR | random-fault | random-reseed | random-count\n");
	return 2;
}
