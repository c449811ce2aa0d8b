//! Passes on which Python version is being built for (`cfg(Py_3_13)` and the like).

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
