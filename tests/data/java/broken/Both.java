class One {
    public static void main(String[] args) {}
}
class Two {
    public static void main(String[] args) {}
}
