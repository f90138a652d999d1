public class Another {
    public static void main(String[] args) {}
}
