// Depth alone: colour is masked out.
void main() {
}
