// Writes depth only; colour is masked.
void main() {
}
