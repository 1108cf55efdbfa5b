import CKernels

/// The C kernels this process uses: those of the widest instruction set of the machine.
enum Kernels {

    static let best: ck_kernels = ck_best().pointee
}
